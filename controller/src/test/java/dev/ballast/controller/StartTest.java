package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartTest {
  private static final String PASSWORD = "password";

  @TempDir private Path directory;

  private static ControllerSettings settings(
      String address, int port, Optional<TlsFiles> tls, boolean isInsecure) {
    return new ControllerSettings(
        address,
        port,
        TestController.TOKEN,
        tls,
        isInsecure,
        Set.of(),
        "test",
        64,
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        WatchLimits.defaults());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "10.0.0.7", "::", "ctl.internal"})
  void shouldRefuseToSpeakInClearBeyondThisMachine(String address) {
    assertThatThrownBy(() -> settings(address, 0, Optional.empty(), false))
        .isInstanceOf(ControllerStartFailed.class)
        .hasMessageContaining("--tls-cert")
        .hasMessageContaining("--insecure");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.21", "::1", "localhost"})
  void shouldSpeakInClearOnThisMachine(String address) {
    assertThat(settings(address, 0, Optional.empty(), false).warnings()).isEmpty();
  }

  @Test
  void shouldWarnInItsStatusWhenItIsInsecure() {
    try (var controller =
        new TestController(
            new FakeDatabase(), _ -> settings("0.0.0.0", 0, Optional.empty(), true))) {
      assertThat(controller.json("/v1/status").path("warnings").get(0).asString())
          .contains("insecure")
          .contains("0.0.0.0");
    }
  }

  @Test
  void shouldRefuseAShortToken() {
    assertThatThrownBy(() -> ControllerSettings.of("127.0.0.1", 0, "secret", "test"))
        .isInstanceOf(ControllerStartFailed.class)
        .hasMessageContaining("16");
  }

  @Test
  void shouldSayThatThePortIsTaken() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();

      assertThatThrownBy(
              () ->
                  new TestController(
                      new FakeDatabase(),
                      _ -> settings("127.0.0.1", port, Optional.empty(), false)))
          .isInstanceOf(ControllerStartFailed.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("choose another port");
    }
  }

  /** A self-signed certificate for localhost, as files and as the authority of a client. */
  private Certificate certificate(String algorithm) throws Exception {
    Path store = directory.resolve("store.p12");
    int exit =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-alias",
                "it",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start()
            .onExit()
            .get(30, TimeUnit.SECONDS)
            .exitValue();
    assertThat(exit).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    write("key.pem", "PRIVATE KEY", keys.getKey("it", PASSWORD.toCharArray()).getEncoded());
    write("cert.pem", "CERTIFICATE", keys.getCertificate("it").getEncoded());
    return keys.getCertificate("it");
  }

  private void write(String file, String label, byte[] content) throws IOException {
    String lines = Base64.getMimeEncoder().encodeToString(content);
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n");
  }

  private TlsFiles files() {
    return new TlsFiles(directory.resolve("cert.pem"), directory.resolve("key.pem"));
  }

  private static SSLContext trusting(Certificate authority, String protocol) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("it", authority);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void shouldSpeakTlsWithKeysOfEveryKind(String algorithm) throws Exception {
    Certificate certificate = certificate(algorithm);
    try (var controller =
            new TestController(
                new FakeDatabase(), _ -> settings("127.0.0.1", 0, Optional.of(files()), false));
        var client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(certificate, "TLS"))
                .build()) {
      assertThat(controller.uri().getScheme()).isEqualTo("https");
      var request = HttpRequest.newBuilder(controller.uri().resolve("/healthz")).build();
      var answer = client.send(request, HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      client.shutdownNow();
    }
  }

  @Test
  void shouldSayWhichFormAKeyNeeds() throws IOException {
    write("cert.pem", "CERTIFICATE", new byte[] {1});
    write("key.pem", "EC PRIVATE KEY", new byte[] {1});

    assertThatThrownBy(() -> Pem.privateKey(directory.resolve("key.pem")))
        .hasMessageContaining("openssl pkcs8 -topk8");
  }

  @Test
  void shouldNameTheFileThatHasNoCertificate() throws Exception {
    Files.writeString(directory.resolve("cert.pem"), "");

    assertThatThrownBy(() -> Pem.keyStore(files()))
        .isInstanceOf(ControllerStartFailed.class)
        .hasMessageContaining("cert.pem");
  }

  @Test
  void shouldNameTheFileThatIsNotThere() {
    assertThatThrownBy(() -> Pem.keyStore(files()))
        .isInstanceOf(ControllerStartFailed.class)
        .hasMessageContaining("cert.pem");
  }
}
