package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.Kind;
import dev.ballast.model.ListenerTls;
import dev.ballast.model.TlsVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP over TLS that ends here: which certificate serves, what becomes of the others, and what is not served. */
class HttpsTest {
  private static final Authority CA = Authority.named("Test CA");

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Configuration https(TestBackend backend) {
    return new Configuration()
        .put(CA.issue("a.test", "same.test").resource("a"))
        .put(CA.issue("*.b.test").resource("b"))
        .httpsBalancer(
            "web",
            proxy.port(),
            List.of("*"),
            Configuration.tls("a", "b"),
            Configuration.route("web"))
        .pool("web", backend);
  }

  private RawClient client(String host) {
    return RawClient.to(proxy.port(), CA.client(), host);
  }

  private static X509Certificate shown(RawClient client) {
    try {
      return (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int status(RawClient client, String host) {
    return client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").read().status();
  }

  @Test
  void shouldServeRequestAfterRequestOverOneConnection() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend));
      try (var client = client("a.test")) {
        for (int n = 0; n < 3; n++) {
          assertThat(client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").read().text())
              .isEqualTo("one");
        }
      }
      assertThat(proxy.metric("ballast_proxy_handshakes_total{resumed=\"false\",version=\"1.3\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldPickTheCertificateByTheNameThatIsAskedFor() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend));
      for (String[] row :
          new String[][] {
            {"a.test", "CN=a.test"},
            {"x.b.test", "CN=*.b.test"},
            {"unknown.test", "CN=a.test"},
            {"127.0.0.1", "CN=a.test"}
          }) {
        try (var client = client(row[0])) {
          assertThat(shown(client).getSubjectX500Principal().getName())
              .as(row[0])
              .isEqualTo(row[1]);
        }
      }
    }
  }

  @Test
  void shouldRefuseRequestsForHostsThatTheCertificateIsNotFor() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend));
      try (var client = client("a.test")) {
        assertThat(status(client, "x.b.test")).isEqualTo(421);
        assertThat(status(client, "same.test")).isEqualTo(200);
      }
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"misdirected\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldShowANewCertificateToNewConnectionsAndLeaveOldOnesAlone() {
    try (var backend = TestBackend.named("one")) {
      Configuration configuration = https(backend);
      proxy.use(configuration);
      try (var before = client("a.test")) {
        assertThat(status(before, "a.test")).isEqualTo(200);
        var next = CA.issue("a.test");
        proxy.use(configuration.put(next.resource("a")));

        try (var after = client("a.test")) {
          assertThat(shown(after).getSerialNumber().toString(16)).isEqualTo(next.serial());
          assertThat(status(before, "a.test")).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void shouldFailTheListenerWhoseCertificateIsMissingAndServeTheOthers() {
    try (var backend = TestBackend.named("one")) {
      int other = Proxy.freePort();
      proxy.use(
          https(backend)
              .httpsBalancer(
                  "bad",
                  other,
                  List.of("bad.test"),
                  Configuration.tls("none"),
                  Configuration.route("web")));

      assertThat(listener("bad").state()).isEqualTo("failed");
      assertThat(listener("bad").reason()).contains("Certificate none");
      assertThat(listener("bad").remedy()).isNotEmpty();
      assertThat(listener("web").state()).isEqualTo("bound");
      try (var client = client("a.test")) {
        assertThat(status(client, "a.test")).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldFailAListenerWhoseKeyBelongsToAnotherCertificate() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend).put(CA.issue("a.test").resource("a", CA.issue("c.test"))));

      assertThat(listener("web").state()).isEqualTo("failed");
      assertThat(listener("web").reason()).contains("does not belong");
    }
  }

  @Test
  void shouldGoOnWithTheLastGoodCertificateAndSaySo() {
    try (var backend = TestBackend.named("one")) {
      Configuration configuration = https(backend);
      proxy.use(configuration);
      proxy.use(configuration.without(Kind.CERTIFICATE, "a"));

      assertThat(listener("web").state()).isEqualTo("bound");
      assertThat(listener("web").reason()).contains("Certificate a").contains("before");
      try (var client = client("a.test")) {
        assertThat(status(client, "a.test")).isEqualTo(200);
      }
    }
  }

  private Report.Listener listener(String loadBalancer) {
    return proxy.server().report().listeners().stream()
        .filter(listener -> listener.loadBalancer().equals(loadBalancer))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldTellLoadBalancersOnOnePortApartByName() {
    try (var one = TestBackend.named("one");
        var two = TestBackend.named("two")) {
      proxy.use(
          new Configuration()
              .put(CA.issue("a.test").resource("a"))
              .put(CA.issue("b.test").resource("b"))
              .httpsBalancer(
                  "one",
                  proxy.port(),
                  List.of("a.test"),
                  Configuration.tls("a"),
                  Configuration.route("one"))
              .httpsBalancer(
                  "two",
                  proxy.port(),
                  List.of("b.test"),
                  Configuration.tls("b"),
                  Configuration.route("two"))
              .pool("one", one)
              .pool("two", two));
      try (var client = client("b.test")) {
        assertThat(shown(client).getSubjectX500Principal().getName()).isEqualTo("CN=b.test");
        assertThat(client.send("GET / HTTP/1.1\r\nHost: b.test\r\n\r\n").read().text())
            .isEqualTo("two");
        assertThat(status(client, "a.test")).isEqualTo(421);
      }
    }
  }

  private Configuration withClients(TestBackend backend, boolean isRequired) {
    var tls =
        new ListenerTls(
            List.of("a"),
            TlsVersion.TLS_1_2,
            Optional.of(new ListenerTls.ClientCertificates("clients", isRequired)));
    return new Configuration()
        .put(CA.issue("a.test").resource("a"))
        .put(CA.resource("clients"))
        .httpsBalancer("web", proxy.port(), List.of("*"), tls, Configuration.route("web"))
        .pool("web", backend);
  }

  @Test
  void shouldServeClientsThatShowTheCertificateAskedFor() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(withClients(backend, true));
      try (var client = RawClient.to(proxy.port(), CA.context(CA.issue("anna")), "a.test")) {
        assertThat(status(client, "a.test")).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldTurnAwayClientsWithoutACertificateAndCountThem() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(withClients(backend, true));

      assertThat(isTurnedAway(CA.client())).isTrue();
      assertFailure("certificate-missing");
    }
  }

  @Test
  void shouldServeClientsWithoutACertificateWhereItIsOnlyRequested() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(withClients(backend, false));
      try (var client = client("a.test")) {
        assertThat(status(client, "a.test")).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldRatherNotServeThanAskLessOfClientsThanIsConfigured() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend));
      proxy.use(withClients(backend, true).without(Kind.CERTIFICATE, "clients"));

      assertThat(listener("web").state()).isEqualTo("failed");
      assertThat(listener("web").reason()).contains("Certificate clients");
      assertThatThrownBy(() -> client("a.test").close()).hasMessageContaining("refused");
    }
  }

  /** In TLS 1.3 the client learns of it with its first read. */
  private boolean isTurnedAway(SSLContext tls) {
    try (var client = RawClient.to(proxy.port(), tls, "a.test")) {
      client
          .socket()
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return client.in().read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private void assertFailure(String reason) {
    String line = "ballast_proxy_handshakes_failed_total{reason=\"" + reason + "\"}";
    Awaitility.await().untilAsserted(() -> assertThat(proxy.metric(line)).isEqualTo(1));
  }

  @Test
  void shouldCloseAConnectionThatDoesNotSpeakTls() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend));
      try (var client = proxy.client().get("/")) {
        assertThat(client.isEnded()).isTrue();
      }
      assertFailure("not-tls");
    }
  }

  @Test
  void shouldCountClientsThatDoNotTrustTheCertificate() {
    try (var backend = TestBackend.named("one")) {
      proxy.use(https(backend));

      assertThat(isTurnedAway(Authority.named("Other CA").client())).isTrue();
      assertFailure("alert");
    }
  }
}
