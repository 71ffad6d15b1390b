package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.FleetSecrets;
import dev.ballast.model.ListenerTls;
import dev.ballast.model.TlsVersion;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clients that people have: openssl, curl, the JDK's. */
class TlsClientsTest {
  private static final Authority CA = Authority.named("Clients CA");
  private static final Authority OTHER = Authority.named("Other CA");

  private final FleetSecrets fleet = FleetSecrets.random(new SecureRandom());
  private final Proxy one = start();
  private final Proxy two = start();
  private final TestBackend backend = TestBackend.named("one");

  @TempDir private Path directory;

  private Proxy start() {
    return Proxy.start(
        settings -> settings.withSecrets(new ProxySettings.Secrets(Optional.empty(), fleet)));
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    backend.close();
  }

  private void serve(Proxy proxy, ListenerTls tls) {
    proxy.use(
        new Configuration()
            .put(CA.issueRsa("localhost", "127.0.0.1").resource("a"))
            .put(CA.resource("clients"))
            .httpsBalancer("web", proxy.port(), List.of("*"), tls, Configuration.route("web"))
            .pool("web", backend));
  }

  private static ListenerTls asking(boolean isRequired) {
    return new ListenerTls(
        List.of("a"),
        TlsVersion.TLS_1_2,
        Optional.of(new ListenerTls.ClientCertificates("clients", isRequired)));
  }

  /** What openssl prints after one request. */
  private String openssl(Proxy proxy, String... options) {
    var command =
        new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + proxy.port()));
    command.addAll(List.of("-CAfile", CA.file(directory).toString(), "-ign_eof"));
    command.addAll(List.of(options));
    return Tool.run(command, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({"-tls1_2, TLSv1.2", "-tls1_3, TLSv1.3"})
  void shouldServeOpenssl(String option, String version) {
    serve(one, Configuration.tls("a"));

    assertThat(openssl(one, option, "-servername", "localhost"))
        .contains("HTTP/1.1 200 OK", version, "Verify return code: 0 (ok)");
  }

  /** A line that begins with R is such a command of s_client. */
  @Test
  void shouldNotRenegotiateWithOpenssl() {
    serve(one, Configuration.tls("a"));
    var command = List.of("openssl", "s_client", "-connect", "127.0.0.1:" + one.port(), "-tls1_2");

    assertThat(Tool.run(command, "R\n")).contains("RENEGOTIATING", "SSL alert number 100");
    await().until(() -> one.metric("ballast_proxy_tls_broken_total") == 1);
  }

  @Test
  void shouldNotServeVersionsThatAreTooOld() {
    serve(one, Configuration.tls("a"));

    assertThat(openssl(one, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")).doesNotContain("200 OK");
    assertThat(one.metric("ballast_proxy_handshakes_failed_total{reason=\"version\"}"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"-tls1_2, 1.2", "-tls1_3, 1.3"})
  void shouldTakeUpASessionThatBeganAtAnotherLbServerOfTheFleet(String option, String version) {
    String session = directory.resolve("session").toString();
    serve(one, Configuration.tls("a"));
    serve(two, Configuration.tls("a"));

    assertThat(openssl(one, option, "-sess_out", session)).contains("200 OK");
    assertThat(openssl(two, option, "-sess_in", session)).contains("200 OK", "Reused");
    assertThat(
            two.metric(
                "ballast_proxy_handshakes_total{resumed=\"true\",version=\"" + version + "\"}"))
        .isEqualTo(1);
  }

  @Test
  void shouldNotTakeUpASessionWithoutACertificateWhereOneIsRequired() {
    String session = directory.resolve("session").toString();
    serve(one, Configuration.tls("a"));
    serve(two, asking(true));

    assertThat(openssl(one, "-tls1_3", "-sess_out", session)).contains("200 OK");
    assertThat(openssl(two, "-tls1_3", "-sess_in", session))
        .doesNotContain("200 OK")
        .doesNotContain("Reused");
    assertThat(two.metric("ballast_proxy_handshakes_failed_total{reason=\"certificate-missing\"}"))
        .isEqualTo(1);
  }

  @Test
  void shouldServeAClientWithACertificateOfTheAuthorityAndNoOther() {
    serve(one, asking(true));
    Authority.Identity anna = CA.issue("anna");
    Authority.Identity eve = OTHER.issue("eve");

    assertThat(openssl(one, showing(anna))).contains("200 OK");
    assertThat(openssl(one, showing(eve))).doesNotContain("200 OK");
    assertThat(one.metric("ballast_proxy_handshakes_failed_total{reason=\"certificate-refused\"}"))
        .isEqualTo(1);
  }

  private String[] showing(Authority.Identity identity) {
    return new String[] {
      "-cert",
      identity.chainFile(directory).toString(),
      "-key",
      identity.keyFile(directory).toString()
    };
  }

  @Test
  void shouldServeCurl() {
    serve(one, Configuration.tls("a"));

    String url = "https://localhost:" + one.port() + "/";
    var command = List.of("curl", "-sv", "--cacert", CA.file(directory).toString(), url, url);
    assertThat(Tool.run(command))
        .contains("ALPN: server accepted http/1.1", "200 OK", "Re-using existing connection");
  }

  @Test
  void shouldServeTheClientOfTheJdk() throws Exception {
    serve(one, Configuration.tls("a"));
    try (HttpClient client = HttpClient.newBuilder().sslContext(CA.client()).build()) {
      URI uri = URI.create("https://localhost:" + one.port() + "/");
      var answer =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());

      assertThat(answer.body()).isEqualTo("one");
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
  }
}
