package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates as people write them, against what {@code openssl} makes and says. */
class CertificatesTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ItemKey WEB = new ItemKey(Kind.CERTIFICATE, "web");

  @TempDir private Path directory;
  private OpenSsl openssl;
  private final DataKey dataKey = DataKey.random(RANDOM);
  private final Sealer sealer = new Sealer(dataKey, RANDOM);

  @BeforeEach
  void setUp() {
    openssl = new OpenSsl(directory);
  }

  private static Certificate certificate(Documents documents, String name) {
    return (Certificate) documents.find(new ItemKey(Kind.CERTIFICATE, name)).orElseThrow();
  }

  private static List<Problem> problems(String document) {
    return catchThrowableOfType(InvalidInput.class, () -> Examples.yaml(document)).problems();
  }

  private Current stored(String document) {
    var resources = new ArrayList<>(Examples.yaml(document).sealed(sealer).resources());
    resources.add(new Fleet(Fleet.DEFAULT, Scaling.defaults()));
    return new Current(resources);
  }

  private Plan planned(String document, Current current) {
    return Planner.plan(Examples.yaml(document).sealed(sealer), current, ApplyOptions.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ec", "rsa"})
  void shouldReadAChainWithItsKey(String kind) throws Exception {
    var certificate =
        certificate(Examples.yaml(openssl.pair("web", kind, 30).document("web")), "web");

    assertThat(certificate.chain().hosts())
        .containsExactly("web.test", "*.x.test", "0:0:0:0:0:0:0:1");
    assertThat(certificate.chain().notAfter())
        .isBetween(
            Instant.now().plus(Duration.ofDays(29)), Instant.now().plus(Duration.ofDays(31)));
    assertThat(certificate.isClear()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"ec, EC PRIVATE KEY", "rsa, RSA PRIVATE KEY"})
  void shouldTakeOlderFormsOfAKeyForTheSameKey(String kind, String label) throws Exception {
    var pair = openssl.pair("web", kind, 30);
    var older = openssl.text("pkey", "-traditional", "-in", "web.key");
    assertThat(older).contains(label);

    var digest = MessageDigest.getInstance("SHA-256");
    String sha256 =
        HexFormat.of()
            .formatHex(
                digest.digest(
                    openssl.output(
                        "pkcs8", "-topk8", "-nocrypt", "-in", "web.key", "-outform", "DER")));

    for (String key : List.of(pair.key(), older)) {
      var document = new OpenSsl.Pair(pair.certificate(), key).document("web");
      assertThat(certificate(Examples.yaml(document), "web").privateKey().orElseThrow().sha256())
          .isEqualTo(sha256);
    }
  }

  @Test
  void shouldWarnThatProbesShowNoCertificate() throws Exception {
    String certificate = openssl.pair("web", "ec", 30).document("web") + "\n---\n";
    String pool = "kind: Pool\nname: p\nhealthCheck: {type: https, tls: {serverName: a.test";

    assertThat(planned(certificate + pool + ", certificate: web}}", Examples.empty()).warnings())
        .singleElement()
        .satisfies(it -> assertThat(it.path()).isEqualTo("healthCheck.tls.certificate"))
        .satisfies(it -> assertThat(it.message()).contains("probes show no certificate"));
    assertThat(planned(certificate + pool + "}}", Examples.empty()).warnings()).isEmpty();
  }

  @Test
  void shouldTakeAChainWithoutKeyForAuthorities() throws Exception {
    var pair = openssl.pair("one", "ec", 30);
    var other = openssl.pair("two", "ec", 30);
    var document =
        "kind: Certificate\nname: ca\ncertificate: |\n"
            + ("Some words.\n" + pair.certificate() + "\n\n" + other.certificate()).indent(2);

    var certificate = certificate(Examples.yaml(document), "ca");

    assertThat(certificate.privateKey()).isEmpty();
    assertThat(certificate.chain().certificates()).hasSize(2);
    assertThat(certificate.chain().pem()).startsWith("-----BEGIN").doesNotContain("words");
  }

  @Test
  void shouldRefuseAKeyOfAnotherCertificate() throws Exception {
    var one = openssl.pair("one", "ec", 30);
    for (String kind : List.of("ec", "rsa")) {
      var other = openssl.pair("two", kind, 30);

      assertThat(problems(new OpenSsl.Pair(one.certificate(), other.key()).document("web")))
          .singleElement()
          .satisfies(problem -> assertThat(problem.path()).isEqualTo("key"))
          .satisfies(problem -> assertThat(problem.message()).contains("CN=one"));
    }
  }

  @Test
  void shouldRefuseAPrivateKeyAmongTheCertificates() throws Exception {
    var pair = openssl.pair("web", "ec", 30);

    assertThat(
            problems(new OpenSsl.Pair(pair.key() + pair.certificate(), pair.key()).document("web")))
        .singleElement()
        .satisfies(problem -> assertThat(problem.path()).isEqualTo("certificate"))
        .satisfies(problem -> assertThat(problem.message()).contains("write that under \"key\""));
  }

  @Test
  void shouldRefuseKeysThatItCannotUseAndSayWhatToDo() throws Exception {
    var pair = openssl.pair("web", "ec", 30);
    openssl.output("pkey", "-in", "web.key", "-aes256", "-passout", "pass:x", "-out", "locked");
    var edwards = openssl.pair("ed", "ed25519", 30);

    assertThat(
            problems(new OpenSsl.Pair(pair.certificate(), openssl.read("locked")).document("web")))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("openssl pkey -in"));
    assertThat(problems(edwards.document("web")))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("RSA or EC"));
    assertThat(problems(new OpenSsl.Pair(pair.certificate(), "nothing").document("web")))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("BEGIN PRIVATE KEY"));
  }

  @Test
  void shouldNeverRepeatAKeyInAMessage() throws Exception {
    var pair = openssl.pair("web", "ec", 30);
    String body = pair.key().lines().skip(1).findFirst().orElseThrow();
    var cut = pair.key().substring(0, pair.key().indexOf("-----END"));
    var broken = pair.key().replace(body, body.substring(5) + "!");

    for (String key : List.of(cut, broken, body, pair.key() + pair.key())) {
      assertThat(problems(new OpenSsl.Pair(pair.certificate(), key).document("web")).toString())
          .doesNotContain(body.substring(10, 30));
    }
  }

  @Test
  void shouldRefuseWhatIsNoCertificate() {
    String junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    assertThat(problems("kind: Certificate\nname: web\ncertificate: |\n" + junk.indent(2)))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("not an X.509 certificate"));
    assertThat(problems("kind: Certificate\nname: web\ncertificate: hello"))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("BEGIN CERTIFICATE"));
    assertThat(problems("kind: Certificate\nname: web"))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("is required"));
  }

  @Test
  void shouldNeverEncodeAClearKey() throws Exception {
    var pair = openssl.pair("web", "rsa", 30);
    var certificate = certificate(Examples.yaml(pair.document("web")), "web");

    assertThat(Codec.toJson(certificate).propertyNames())
        .containsExactly("kind", "name", "certificate", "keySha256");
    assertThat(certificate.toString()).doesNotContain(pair.key().lines().skip(1).findFirst().get());
  }

  @Test
  void shouldEncodeASealedKeyForLbServersAndItsDigestForPeople() throws Exception {
    var clear = certificate(Examples.yaml(openssl.pair("web", "ec", 30).document("web")), "web");
    var sealed = clear.sealed(sealer);

    assertThat(Codec.fromJson(Codec.toJson(sealed))).isEqualTo(sealed);
    assertThat(Codec.show(sealed)).isEqualTo(Codec.show(clear));
    assertThat(Codec.show(sealed).has("sealedKey")).isFalse();
  }

  @Test
  void shouldChangeNothingWhenTheSameIsAppliedAgain() throws Exception {
    String document = openssl.pair("web", "ec", 30).document("web");
    var current = stored(document);
    String shown = Codec.show(current.find(WEB)).toString();

    assertThat(planned(document, current).isEmpty()).as("the same file").isTrue();
    assertThat(planned(shown, current).isEmpty()).as("what was answered").isTrue();
  }

  @Test
  void shouldSealAnewUnderAnotherDataKey() throws Exception {
    String document = openssl.pair("web", "ec", 30).document("web");
    var other = new Sealer(DataKey.random(RANDOM), RANDOM);

    var plan =
        Planner.plan(Examples.yaml(document).sealed(other), stored(document), ApplyOptions.NONE);

    assertThat(plan.edits())
        .singleElement()
        .satisfies(
            edit ->
                assertThat(edit.fields())
                    .containsExactly(new Edit.FieldEdit("key", "", "\"changed\"")));
  }

  @Test
  void shouldSayOfAnotherKeyOnlyThatItChanged() throws Exception {
    var before = openssl.pair("web", "ec", 30).document("web");
    var after = openssl.pair("web", "ec", 30).document("web");

    var edit = planned(after, stored(before)).edits().getFirst();

    assertThat(edit.fields())
        .extracting(Edit.FieldEdit::path)
        .containsExactly("certificate", "key");
    assertThat(edit.fields().getLast().after()).isEqualTo("\"changed\"");
  }

  @Test
  void shouldKeepTheKeyOfARenewedCertificateThatHasTheSame() throws Exception {
    var pair = openssl.pair("web", "ec", 30);
    var current = stored(pair.document("web"));
    openssl.output("req", "-x509", "-key", "web.key", "-days", "60", "-subj", "/CN=n", "-out", "n");
    var shown = Codec.show(current.find(WEB)).put("certificate", openssl.read("n")).toString();

    var renewed = (Certificate) planned(shown, current).upserts().getFirst();

    assertThat(renewed.privateKey()).isEqualTo(((Certificate) current.find(WEB)).privateKey());
  }

  @Test
  void shouldDemandTheKeyWhenTheStoredOneIsNotMeant() throws Exception {
    var current = stored(openssl.pair("web", "ec", 30).document("web"));
    var stranger = openssl.pair("two", "ec", 30).certificate();
    String otherChain = Codec.show(current.find(WEB)).put("certificate", stranger).toString();
    String otherKey = Codec.show(current.find(WEB)).put("keySha256", "0".repeat(64)).toString();

    assertThat(
            catchThrowableOfType(InvalidInput.class, () -> planned(otherChain, current)).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("does not belong to this"));
    assertThat(
            catchThrowableOfType(InvalidInput.class, () -> planned(otherKey, current)).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("no key with this digest"));
  }

  @Test
  void shouldRefuseASealedKeyFromPeople() throws Exception {
    var current = stored(openssl.pair("web", "ec", 30).document("web"));

    assertThat(problems(Codec.toJson(current.find(WEB)).toString()))
        .singleElement()
        .satisfies(problem -> assertThat(problem.path()).isEqualTo("sealedKey"));
  }

  @Test
  void shouldRefuseClearKeysWhereNothingSealsThem() throws Exception {
    var documents = Examples.yaml(openssl.pair("web", "ec", 30).document("web"));

    var refusal =
        catchThrowableOfType(InvalidInput.class, () -> documents.refuseClearKeys("no data key"));

    assertThat(refusal.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.path()).isEqualTo("key"))
        .satisfies(problem -> assertThat(problem.line()).isGreaterThan(10));
    documents.sealed(sealer).refuseClearKeys("no data key");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, is not valid before",
    "10, ''",
    "20, expires on",
    "40, has expired on",
  })
  void shouldWarnOfDates(int days, String warning) throws Exception {
    String document = openssl.pair("web", "ec", 30).document("web");
    Instant now = Instant.now().plus(Duration.ofDays(days));

    var warnings =
        Planner.plan(Examples.yaml(document), Examples.empty(), ApplyOptions.NONE, now).warnings();

    assertThat(warnings).hasSize(warning.isEmpty() ? 0 : 1);
    assertThat(warnings.toString()).contains(warning);
  }

  @Test
  void shouldOpenEachCertificateForItself() throws Exception {
    var good =
        certificate(Examples.yaml(openssl.pair("web", "ec", 30).document("web")), "web")
            .sealed(sealer);
    var foreign =
        certificate(Examples.yaml(openssl.pair("api", "rsa", 30).document("api")), "api")
            .sealed(new Sealer(DataKey.random(RANDOM), RANDOM));
    var moved = new Certificate("moved", good.chain(), good.privateKey());
    var authority = new Certificate("ca", good.chain(), Optional.empty());
    var snapshot = snapshot(1, good, foreign, moved, authority);

    var keyring = Keyring.open(snapshot, Optional.of(dataKey));

    assertThat(keyring.certificate("web"))
        .isInstanceOfSatisfying(
            OpenedCertificate.Usable.class,
            usable ->
                assertThat(
                        PrivateKeys.isPair(
                            usable.key().orElseThrow(), usable.chain().getFirst().getPublicKey()))
                    .isTrue());
    assertThat(keyring.certificate("ca"))
        .isInstanceOfSatisfying(
            OpenedCertificate.Usable.class, usable -> assertThat(usable.key()).isEmpty());
    assertThat(reason(keyring, "api")).contains("Certificate api is sealed under data key");
    assertThat(reason(keyring, "moved")).contains("sealed for something else");
    assertThat(reason(keyring, "none")).isEqualTo("there is no Certificate none");
    assertThat(reason(Keyring.open(snapshot, Optional.empty()), "web")).contains("no data key");
  }

  @Test
  void shouldSayWhatToDoAboutACertificateThatCannotBeOpened() throws Exception {
    var web =
        certificate(Examples.yaml(openssl.pair("web", "ec", 30).document("web")), "web")
            .sealed(sealer);
    var moved = new Certificate("moved", web.chain(), web.privateKey());
    var snapshot = snapshot(1, web, moved);

    var foreign = Optional.of(DataKey.random(RANDOM));
    assertThat(failed(Keyring.open(snapshot, foreign), "web").remedy())
        .isEqualTo("start it with the controller's --data-key-file");
    assertThat(failed(Keyring.open(snapshot, Optional.empty()), "web").remedy())
        .isEqualTo("start it with the controller's --data-key-file");
    var keyring = Keyring.open(snapshot, Optional.of(dataKey));
    assertThat(failed(keyring, "moved").remedy()).isEqualTo("apply it with its key again");
    assertThat(failed(keyring, "none").remedy())
        .isEqualTo("apply Certificate none, or name another one");
  }

  @Test
  void shouldShareWhatDidNotChangeWithTheKeyringBefore() throws Exception {
    var web =
        certificate(Examples.yaml(openssl.pair("web", "ec", 30).document("web")), "web")
            .sealed(sealer);
    var keys = FleetKeys.make("default", sealer, Examples.NOON);
    var first = Keyring.open(snapshot(1, web, keys), Optional.of(dataKey));

    var second =
        first.next(snapshot(2, web, keys, new Certificate("ca", web.chain(), Optional.empty())));

    assertThat(second.certificate("web")).isSameAs(first.certificate("web"));
    assertThat(second.fleetKeys().orElseThrow()).isSameAs(first.fleetKeys().orElseThrow());
  }

  private static String reason(Keyring keyring, String name) {
    return failed(keyring, name).reason();
  }

  private static OpenedCertificate.Failed failed(Keyring keyring, String name) {
    return (OpenedCertificate.Failed) keyring.certificate(name);
  }

  private static Snapshot snapshot(long revision, Resource... resources) throws IOException {
    var items = List.of(resources).stream().map(one -> new Item(one, revision)).toList();
    return Wire.readSnapshot(Wire.snapshot(Snapshot.of(Examples.revision(revision), items)));
  }
}
