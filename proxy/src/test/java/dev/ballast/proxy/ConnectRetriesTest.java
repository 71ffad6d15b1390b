package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.BackendTls;
import dev.ballast.model.Listener;
import dev.ballast.model.Pool.Resilience;
import dev.ballast.model.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connects that fail, and what it costs to go to another backend: no byte was sent, so any request may. */
class ConnectRetriesTest {
  private static final Authority CA = Authority.named("Backend CA");
  private static final BackendTls TLS =
      new BackendTls(true, Optional.of("ca"), Optional.of("b.test"), Optional.empty());
  private static final String POST =
      "POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 5\r\n\r\nhello";

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  /** Whose certificate is for somebody else: no connection to it comes about. */
  private static TlsBackend impostor() {
    return TlsBackend.named("impostor", CA.context(CA.issue("other.test")));
  }

  private static TlsBackend good() {
    return TlsBackend.named("good", CA.context(CA.issue("b.test")));
  }

  private RawClient clientOf(Resilience resilience, TlsBackend... backends) {
    return proxy
        .use(
            new Configuration()
                .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
                .put(CA.resource("ca"))
                .tlsPool("web", TLS, addresses(backends))
                .resilient("web", resilience))
        .client();
  }

  private static String[] addresses(TlsBackend... backends) {
    return Stream.of(backends).map(TlsBackend::address).toArray(String[]::new);
  }

  @Test
  void shouldCountAConnectThatFailsAsAnAttempt() {
    try (var one = impostor();
        var two = impostor();
        var three = impostor();
        var client = clientOf(Resiliences.retries(1, 20, 3), one, two, three)) {
      assertThat(client.send(POST).read().field("Ballast-Reason")).isEqualTo("connect-tls-failed");
      assertThat(proxy.metric("ballast_proxy_retries_total")).isEqualTo(1);
      assertThat(failures(3)).isEqualTo(2);
      assertThat(proxy.metric("ballast_proxy_pool_retrying{pool=\"web\"}")).isZero();
    }
  }

  private long failures(int backends) {
    long sum = 0;
    for (int i = 1; i <= backends; i++) {
      sum += proxy.backend("web", "b" + i).failures();
    }
    return sum;
  }

  @Test
  void shouldTryAsManyBackendsAsItIsToldWhenConnectsFail() {
    try (var one = impostor();
        var two = impostor();
        var three = impostor();
        var four = impostor();
        var last = good();
        var client = clientOf(Resiliences.retries(4, 20, 3), one, two, three, four, last)) {
      for (int i = 0; i < 5; i++) {
        assertThat(client.send(POST).read().text()).isEqualTo("good");
      }
    }
  }

  @Test
  void shouldNotConnectOnceMoreBeyondTheBudget() {
    try (var bad = impostor();
        var good = good();
        var client = clientOf(Resiliences.retries(1, 0, 0), bad, good)) {
      List<Integer> statuses =
          List.of(client.get("/").read().status(), client.get("/").read().status());

      assertThat(statuses).containsExactlyInAnyOrder(200, 502);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
      assertThat(proxy.metric("ballast_proxy_retries_over_budget_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldCountNoRetryWhereThereIsNoOtherBackend() {
    try (var bad = impostor();
        var client = clientOf(Resiliences.retries(1, 20, 3), bad)) {
      assertThat(client.send(POST).read().status()).isEqualTo(502);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isZero();
      assertThat(proxy.metric("ballast_proxy_retries_over_budget_total")).isZero();
    }
  }

  @Test
  void shouldLeaveThreeBackendsThatRefuseForNothingButNotMore() {
    TestBackend[] gone = new TestBackend[6];
    for (int i = 0; i < gone.length; i++) {
      gone[i] = TestBackend.named("gone");
    }
    Stream.of(gone).forEach(TestBackend::close);
    proxy.use(
        Configuration.http(proxy.port(), gone).resilient("web", Resiliences.retries(1, 0, 0)));
    try (var client = proxy.client()) {
      assertThat(client.send(POST).read().field("Ballast-Reason")).isEqualTo("connect-refused");
      assertThat(failures(6)).isEqualTo(3);
      assertThat(proxy.metric("ballast_proxy_retries_total")).isEqualTo(2);
      assertThat(proxy.metric("ballast_proxy_retries_over_budget_total")).isZero();
    }
  }

  /** Streams that go on for hours don't use the budget up. */
  @Test
  void shouldEndTheRetryOfAStreamWithItsBeginning() throws IOException {
    var listener = new Listener("tcp", proxy.port(), Protocol.TCP, Optional.of("web"));
    List<RawClient> clients = new ArrayList<>();
    try (var bad = impostor();
        var echo =
            TlsBackend.running(
                CA.context(CA.issue("b.test")), false, ConnectRetriesTest::sendBack)) {
      proxy.use(
          new Configuration()
              .balancer("web", List.of(), listener)
              .put(CA.resource("ca"))
              .tlsPool("web", TLS, bad.address(), echo.address())
              .resilient("web", Resiliences.retries(1, 0, 1)));
      for (int i = 0; i < 8; i++) {
        RawClient client = proxy.client();
        clients.add(client);
        assertThat(client.send("x").in().read()).isEqualTo('x');
      }
      assertThat(proxy.metric("ballast_proxy_retries_total")).isGreaterThanOrEqualTo(2);
      assertThat(proxy.metric("ballast_proxy_pool_retrying{pool=\"web\"}")).isZero();
      clients.forEach(RawClient::close);
    }
  }

  private static void sendBack(SSLSocket tls, InputStream in, Socket plain) throws IOException {
    in.transferTo(tls.getOutputStream());
  }
}
