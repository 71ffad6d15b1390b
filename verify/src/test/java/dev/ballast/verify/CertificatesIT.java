package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Certificates from the command line to the client's handshake, and where their keys are on the way: nowhere in clear. */
class CertificatesIT {
  private static final int HTTPS = 8443;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Deployment SYSTEM = Deployment.ofTwoWithDataKey("certificates");
  private static final Map<String, String> BACKENDS = new TreeMap<>();

  /** Of every certificate that was applied, in PEM. */
  private static final List<String> KEYS = new ArrayList<>();

  private static TlsClient client;

  @BeforeAll
  static void configure() throws Exception {
    for (String name : List.of("b1", "b2")) {
      BACKENDS.put(name, SYSTEM.startBackend(name));
    }
    applyNewCertificate();
    client = TlsClient.trusting(made("ca.crt"));
    SYSTEM.applied(
        """
        kind: LoadBalancer
        name: web
        domain: %s
        listeners:
          - {name: http, port: %d, protocol: http}
          - {name: https, port: %d, protocol: https, tls: {certificates: [web]}}
        routes:
          - {pool: web}
        ---
        """
                .formatted(Web.HOST, Web.HTTP, HTTPS)
            + Web.pools(BACKENDS));
    await("the fleet has its keys")
        .atMost(PATIENCE)
        .until(() -> SYSTEM.api().get("/v1/fleetkeys/default").status() == 200);
    SYSTEM.lbs().forEach(lb -> lb.awaitInUse(SYSTEM.api().revision()));
  }

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  /** By the authority that was made first. Returns when every LB server has it in use. */
  private static void applyNewCertificate() throws IOException {
    SYSTEM.ballast("certs", "--dir", "certs", "--host", Web.HOST).orFail();
    KEYS.add(Files.readString(made("web.key")));
    SYSTEM.ballast("apply", "-f", made("certificates.yaml").toString()).orFail();
    Revision applied = SYSTEM.api().revision();
    SYSTEM.lbs().forEach(lb -> lb.awaitInUse(applied));
  }

  private static Path made(String file) {
    return SYSTEM.directory().resolve("certs").resolve(file);
  }

  @Test
  void shouldAnswerOverTlsThroughEveryLbServer() throws IOException {
    for (LbProcess lb : SYSTEM.lbs()) {
      Set<String> answering = new HashSet<>();
      for (int i = 0; i < 2 * BACKENDS.size() * lb.eventLoops(); i++) {
        var answer = client.get(lb.at(HTTPS), Web.HOST, "/");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        answering.add(answer.header("x-backend"));
      }
      assertThat(answering).as(lb.name()).isSubsetOf(BACKENDS.keySet()).isNotEmpty();
    }
  }

  @Test
  void shouldPrintTheDigestOfAKeyAndTakeItBack() throws IOException {
    String printed = SYSTEM.ballast("get", "certificates", "-o", "yaml").orFail().out();
    assertThat(printed)
        .contains("keySha256: ", "BEGIN CERTIFICATE")
        .doesNotContain("key: ", "PRIVATE KEY");

    Revision before = SYSTEM.api().revision();
    Path again = Files.writeString(SYSTEM.directory().resolve("printed.yaml"), printed);
    assertThat(SYSTEM.ballast("apply", "-f", again.toString()).orFail().out())
        .as(printed)
        .contains("unchanged");
    assertThat(SYSTEM.api().revision()).isEqualTo(before);
  }

  @Test
  void shouldShowAnotherCertificateToNewConnectionsOnly() throws Exception {
    List<SSLSocket> open = new ArrayList<>();
    for (LbProcess lb : SYSTEM.lbs()) {
      open.add(client.connect(lb.at(HTTPS), Web.HOST));
    }
    var before = (X509Certificate) open.getFirst().getSession().getPeerCertificates()[0];

    applyNewCertificate();

    var newcomer = TlsClient.trusting(made("ca.crt"));
    for (LbProcess lb : SYSTEM.lbs()) {
      assertThat(newcomer.shown(lb.at(HTTPS), Web.HOST).getSerialNumber())
          .as("by " + lb.name())
          .isNotEqualTo(before.getSerialNumber());
    }
    for (SSLSocket socket : open) {
      try (var connection = HttpConnection.over(socket)) {
        assertThat(connection.get(Web.HOST, "/").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldServeTheRestWithoutTheRightDataKey() throws IOException {
    Path wrong = Secrets.file(SYSTEM.directory().resolve("wrong-key"), Secrets.random(32));
    try (LbProcess stranger = SYSTEM.startLbWithDataKey("stranger", wrong)) {
      stranger.awaitReady();

      JsonNode https = listener(stranger, "https");
      assertThat(https.path("state").asString()).as(https.toString()).isEqualTo("failed");
      assertThat(https.path("reason").asString())
          .contains("the key of Certificate web is sealed under data key");
      assertThat(https.path("remedy").asString())
          .contains("--data-key-file")
          .doesNotContain("apply");
      assertThat(listener(stranger, "http").path("state").asString()).isEqualTo("bound");
      try (var connection = HttpConnection.open(Place.HERE, stranger.at(Web.HTTP), PATIENCE)) {
        assertThat(connection.get(Web.HOST, "/").status()).isEqualTo(200);
      }
    } finally {
      SYSTEM.forget("stranger");
    }
  }

  private static JsonNode listener(LbProcess lb, String name) {
    return lb.report()
        .path("listeners")
        .valueStream()
        .filter(each -> each.path("name").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldKeepNoKeyInClearOnAnyDisk() throws Exception {
    var trees = new ArrayList<Path>();
    trees.add(SYSTEM.directory().resolve("database"));
    for (String role : List.of("controller", "lb1", "lb2")) {
      trees.add(SYSTEM.directory().resolve(role + ".log"));
    }
    SYSTEM.lbs().forEach(lb -> trees.add(SYSTEM.stateOf(lb.name())));

    byte[] certificate = der(Files.readString(made("web.crt")));
    assertThat(Needles.of(certificate, 0, certificate.length).in(trees))
        .as("what is no secret is found: by the LB servers, and in the database")
        .anyMatch(file -> file.startsWith(SYSTEM.stateOf("lb1")))
        .anyMatch(file -> file.startsWith(SYSTEM.directory().resolve("database")));
    for (String key : KEYS) {
      assertThat(secretOf(key).in(trees)).isEmpty();
    }
  }

  /** The number that is the key; the rest of an EC key's encoding is no secret. */
  private static Needles secretOf(String pem) throws Exception {
    byte[] der = der(pem);
    var key =
        (ECPrivateKey)
            java.security.KeyFactory.getInstance("EC")
                .generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(der));
    byte[] number = key.getS().toByteArray();
    int length = Math.min(number.length, 30);
    byte[] low = Arrays.copyOfRange(number, number.length - length, number.length);
    for (int at = 0; at + length <= der.length; at++) {
      if (Arrays.equals(der, at, at + length, low, 0, length)) {
        return Needles.of(der, at, at + length);
      }
    }
    throw new IllegalArgumentException("the key's number is not in its encoding");
  }

  private static byte[] der(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
  }
}
