package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.BackendTls;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TLS to the backends: whom we trust, what we show, and how an end is told from a cut. */
class BackendTlsTest {
  private static final Authority CA = Authority.named("Backend CA");

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static BackendTls verified(String serverName) {
    return new BackendTls(
        true, Optional.of("ca"), Optional.ofNullable(serverName), Optional.empty());
  }

  private Configuration to(BackendTls tls, TlsBackend... backends) {
    String[] addresses = List.of(backends).stream().map(TlsBackend::address).toArray(String[]::new);
    return new Configuration()
        .put(CA.resource("ca"))
        .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
        .tlsPool("web", tls, addresses);
  }

  private RawClient.Answer answer(Configuration configuration) {
    proxy.use(configuration);
    try (var client = proxy.client()) {
      return client.get("/").read();
    }
  }

  @Test
  void shouldServeRequestsOfABackendThatSpeaksTls() {
    try (var backend = TlsBackend.named("one", CA.context(CA.issue("b.test")))) {
      assertThat(answer(to(verified("b.test"), backend)).text()).isEqualTo("one");
      assertThat(
              proxy.metric(
                  "ballast_proxy_backend_handshakes_total{resumed=\"false\",version=\"1.3\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldCheckTheAddressWhereNoNameIsGiven() {
    try (var backend = TlsBackend.named("one", CA.context(CA.issue("127.0.0.1")));
        var other = TlsBackend.named("two", CA.context(CA.issue("127.0.0.2")))) {
      assertThat(answer(to(verified(null), backend)).text()).isEqualTo("one");
      assertThat(answer(to(verified(null), other)).field("Ballast-Reason"))
          .isEqualTo("connect-tls-failed");
    }
  }

  @Test
  void shouldNotServeRequestsOfABackendWithTheCertificateOfAnotherHost() {
    try (var backend = TlsBackend.named("one", CA.context(CA.issue("other.test")))) {
      RawClient.Answer answer = answer(to(verified("b.test"), backend));

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.field("Ballast-Reason")).isEqualTo("connect-tls-failed");
    }
  }

  @Test
  void shouldNotTrustAnotherAuthorityUnlessToldNotToVerify() {
    Authority other = Authority.named("Other CA");
    try (var backend = TlsBackend.named("one", other.context(other.issue("b.test")))) {
      assertThat(answer(to(verified("b.test"), backend)).status()).isEqualTo(502);
      assertThat(
              proxy.metric(
                  "ballast_proxy_backend_handshakes_failed_total{reason=\"certificate-refused\"}"))
          .isEqualTo(1);

      var unverified =
          new BackendTls(false, Optional.empty(), Optional.of("b.test"), Optional.empty());
      assertThat(answer(to(unverified, backend)).text()).isEqualTo("one");
    }
  }

  @Test
  void shouldTryAnotherBackendWhenTlsDoesNotComeAbout() {
    try (var bad = TlsBackend.named("bad", CA.context(CA.issue("other.test")));
        var good = TlsBackend.named("good", CA.context(CA.issue("b.test")))) {
      proxy.use(to(verified("b.test"), bad, good));
      try (var client = proxy.client()) {
        for (int n = 0; n < 4; n++) {
          assertThat(
                  client
                      .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                      .read()
                      .text())
              .isEqualTo("good");
        }
      }
    }
  }

  @Test
  void shouldShowItsCertificateToBackendsThatAskForOne() {
    var tls = new BackendTls(true, Optional.of("ca"), Optional.of("b.test"), Optional.of("shown"));
    try (var backend =
        TlsBackend.running(
            CA.context(CA.issue("b.test")),
            true,
            (socket, in, plain) -> {
              TlsBackend.readHead(in);
              String peer = socket.getSession().getPeerPrincipal().getName();
              TlsBackend.write(
                  socket,
                  "HTTP/1.1 200 OK\r\nContent-Length: " + peer.length() + "\r\n\r\n" + peer);
            })) {
      assertThat(answer(to(tls, backend).put(CA.issue("lb").resource("shown"))).text())
          .isEqualTo("CN=lb");
    }
  }

  @Test
  void shouldTakeUpItsSessionsWithABackend() {
    try (var backend = TlsBackend.closing("one", CA.context(CA.issue("b.test")))) {
      proxy.use(to(verified("b.test"), backend));
      try (var client = proxy.client()) {
        for (int n = 0; n < 3; n++) {
          assertThat(client.get("/").read().text()).isEqualTo("one");
        }
      }
      assertThat(
              proxy.metric(
                  "ballast_proxy_backend_handshakes_total{resumed=\"true\",version=\"1.3\"}"))
          .isEqualTo(2);
    }
  }

  @Test
  void shouldConnectToNobodyWhereACertificateIsMissing() {
    try (var backend = TlsBackend.named("one", CA.context(CA.issue("127.0.0.1")))) {
      var tls = new BackendTls(true, Optional.of("none"), Optional.empty(), Optional.empty());
      Configuration configuration =
          new Configuration()
              .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
              .tlsPool("web", tls, backend.address());

      assertThat(answer(configuration).field("Ballast-Reason")).isEqualTo("connect-tls-failed");
    }
  }

  @Test
  void shouldTellWhichPoolLacksACertificate() {
    var tls = new BackendTls(true, Optional.of("late"), Optional.empty(), Optional.empty());
    Configuration configuration =
        new Configuration()
            .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
            .tlsPool("web", tls, "127.0.0.1:1");
    proxy.use(configuration);

    Report.Pool lacking = proxy.server().report().pools().getFirst();
    assertThat(lacking.reason()).isEqualTo("there is no Certificate late");
    assertThat(lacking.remedy()).startsWith("apply Certificate late");
    assertThat(proxy.admin("/report").body()).contains("there is no Certificate late");
    assertThat(proxy.metric("ballast_proxy_pool_usable{pool=\"web\"}")).isZero();

    proxy.use(configuration.put(CA.resource("late")));

    assertThat(proxy.server().report().pools().getFirst().reason()).isNull();
    assertThat(proxy.metric("ballast_proxy_pool_usable{pool=\"web\"}")).isEqualTo(1);
  }

  @Test
  void shouldNotUseConnectionsInClearOnceTlsIsSpoken() {
    try (var clear = TestBackend.named("clear")) {
      Configuration configuration =
          new Configuration()
              .put(CA.resource("ca"))
              .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
              .pool("web", clear);
      assertThat(answer(configuration).text()).isEqualTo("clear");

      assertThat(answer(configuration.tlsPool("web", verified("b.test"))).status()).isEqualTo(504);
      assertThat(clear.heads()).hasSize(1);
    }
  }

  private TlsBackend endingBodyBy(TlsBackend.Script end) {
    return TlsBackend.running(
        CA.context(CA.issue("b.test")),
        false,
        (socket, in, plain) -> {
          TlsBackend.readHead(in);
          TlsBackend.write(socket, "HTTP/1.1 200 OK\r\n\r\nall of it");
          end.serve(socket, in, plain);
        });
  }

  @Test
  void shouldTakeCloseNotifyForTheEndOfABody() {
    try (var backend = endingBodyBy((socket, in, plain) -> socket.close())) {
      assertThat(answer(to(verified("b.test"), backend)).text()).isEqualTo("all of it");
    }
  }

  @Test
  void shouldNotTakeAnEndWithoutCloseNotifyForTheEndOfABody() {
    try (var backend = endingBodyBy((socket, in, plain) -> plain.close())) {
      assertThatThrownBy(() -> answer(to(verified("b.test"), backend)))
          .isInstanceOf(AssertionError.class);
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"closed-in-body\"}"))
          .isEqualTo(1);
    }
  }
}
