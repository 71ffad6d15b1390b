package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ballast.model.Certificate;
import dev.ballast.model.CertificateChain;
import dev.ballast.model.Documents;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ballast certs} makes, as {@code openssl} sees it. */
class CertsCommandTest {
  private static final String AT = Long.toString(TestShell.NOW.getEpochSecond() + 60);

  @TempDir private Path directory;

  private Path certs() {
    return directory.resolve("certs");
  }

  private void make(String... more) {
    var arguments = new ArrayList<>(List.of("certs", "--dir", certs().toString()));
    arguments.addAll(List.of("--host", "web.example.test", "--host", "*.x.test"));
    arguments.addAll(List.of("--host", "127.0.0.1"));
    arguments.addAll(List.of(more));
    var shell = new TestShell(directory);
    assertThat(shell.run(arguments.toArray(String[]::new))).as(shell.err()).isZero();
  }

  private String openssl(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(certs().toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--rsa"})
  void shouldMakeAServerAndAClientThatTheAuthorityVouchesFor(String kind) throws Exception {
    make(
        kind.isEmpty()
            ? new String[] {"--client", "alice"}
            : new String[] {"--client", "alice", kind});

    String[] strictly = {"verify", "-attime", AT, "-x509_strict", "-CAfile", "ca.crt", "-purpose"};
    assertThat(
            openssl(with(strictly, "sslserver", "-verify_hostname", "web.example.test", "web.crt")))
        .contains("web.crt: OK");
    assertThat(openssl(with(strictly, "sslserver", "-verify_hostname", "any.x.test", "web.crt")))
        .contains("web.crt: OK");
    assertThat(openssl(with(strictly, "sslserver", "-verify_ip", "127.0.0.1", "web.crt")))
        .contains("web.crt: OK");
    assertThat(openssl(with(strictly, "sslclient", "alice.crt"))).contains("alice.crt: OK");
    assertThat(openssl("pkey", "-in", "web.key", "-check", "-noout")).contains("valid");
  }

  private static String[] with(String[] first, String... more) {
    var all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void shouldMakeDocumentsThatCanBeApplied() throws IOException {
    make("--client", "alice");

    var documents =
        Documents.parse(
            Files.readAllBytes(certs().resolve("certificates.yaml")), Documents.Format.YAML);

    assertThat(documents.resources())
        .extracting(one -> ((Certificate) one).name(), one -> ((Certificate) one).isClear())
        .containsExactly(tuple("ca", false), tuple("web", true), tuple("alice", true));
    var web = (Certificate) documents.find(new ItemKey(Kind.CERTIFICATE, "web")).orElseThrow();
    assertThat(web.chain().hosts()).containsExactly("web.example.test", "*.x.test", "127.0.0.1");
  }

  @Test
  void shouldLetOthersReadNoKey() throws IOException {
    make();

    for (String file : List.of("ca.key", "web.key", "certificates.yaml")) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(certs().resolve(file))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void shouldUseAnAuthorityThatIsThereAgain() throws Exception {
    make();
    String before = Files.readString(certs().resolve("ca.crt"));
    String server = Files.readString(certs().resolve("web.crt"));

    make("--rsa", "--days", "900");

    assertThat(Files.readString(certs().resolve("ca.crt"))).isEqualTo(before);
    assertThat(Files.readString(certs().resolve("web.crt"))).isNotEqualTo(server);
    assertThat(openssl("verify", "-attime", AT, "-x509_strict", "-CAfile", "ca.crt", "web.crt"))
        .contains("OK");
  }

  @Test
  void shouldWriteDatesBeyondTwoDigitsOfAYear() {
    Instant now = Instant.parse("2045-01-01T00:00:00Z");
    var maker = new CertificateMaker(new SecureRandom(), now, false);
    var keys = maker.keys();
    var issuer = new CertificateMaker.Issuer("ca", keys.getPublic(), keys.getPrivate());

    var made =
        maker.make("a", CertificateMaker.Purpose.SERVER, List.of("a.test"), keys, issuer, 3_650);

    assertThat(new CertificateChain(made.certificate()).notAfter())
        .isEqualTo(now.plus(Duration.ofDays(3_650)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--name=ca", "--name=Web", "--days=0", "--client=web"})
  void shouldRefuseWhatCannotBe(String argument) {
    var shell = new TestShell(directory);

    assertThat(shell.run("certs", "--dir", certs().toString(), "--host", "a.test", argument))
        .isEqualTo(ExitCode.USAGE.number());
    assertThat(certs()).doesNotExist();
  }
}
