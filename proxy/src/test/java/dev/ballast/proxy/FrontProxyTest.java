package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners behind a front proxy, whose connections begin with a PROXY header that names the client. */
class FrontProxyTest {
  private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 50000 443\r\n";

  private final TestBackend backend = TestBackend.named("one");
  private final TestBackend echo = TestBackend.echo();
  private Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
    backend.close();
    echo.close();
  }

  private void serveHttp(String... fronts) {
    proxy.use(Configuration.http(proxy.port(), backend).fronted("web", fronts));
  }

  @Test
  void shouldTakeTheClientFromTheHeader() {
    serveHttp("127.0.0.0/8");
    try (var client = proxy.client().send(HEADER)) {
      assertThat(client.get("/").read().status()).isEqualTo(200);
      assertThat(client.get("/").read().status()).isEqualTo(200);
    }
    assertThat(backend.heads()).hasSize(2).allMatch(head -> forwardedFor(head).equals("192.0.2.7"));
    assertThat(proxy.metric("ballast_proxy_connections_accepted_total")).isEqualTo(1);
  }

  private static String forwardedFor(String head) {
    return HttpText.field(head, "X-Forwarded-For");
  }

  @Test
  void shouldTakeTheHeaderByteByByte() {
    serveHttp("127.0.0.1");
    String request = HEADER + "GET / HTTP/1.1\r\nHost: any.test\r\n\r\n";
    try (var client = proxy.client()) {
      for (int i = 0; i < request.length(); i++) {
        client.send(request.substring(i, i + 1));
      }
      assertThat(client.read().text()).isEqualTo("one");
    }
    assertThat(forwardedFor(backend.heads().getFirst())).isEqualTo("192.0.2.7");
  }

  @Test
  void shouldTakeVersion2AndTheFrontProxysOwnRequests() {
    serveHttp("127.0.0.1");
    byte[] local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
    byte[] named =
        HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000209c6336401c35001bb");
    try (var checker = proxy.client().send(local);
        var client = proxy.client().send(named)) {
      assertThat(checker.get("/").read().status()).isEqualTo(200);
      assertThat(client.get("/").read().status()).isEqualTo(200);
    }
    assertThat(backend.heads())
        .extracting(FrontProxyTest::forwardedFor)
        .containsExactly("127.0.0.1", "192.0.2.9");
  }

  @Test
  void shouldNotReadAHeaderFromAnybodyElse() {
    serveHttp("10.0.0.0/8", "::1/128");
    try (var client = proxy.client()) {
      assertThat(client.get("/").read().status()).isEqualTo(200);
      assertThat(client.send(HEADER + "\r\n").read().status()).isEqualTo(400);
    }
    assertThat(forwardedFor(backend.heads().getFirst())).isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n", "PROXY TCP9 \r\n"})
  void shouldResetAConnectionThatDoesNotBeginWithAHeader(String beginning) {
    serveHttp("127.0.0.1");
    try (var client = proxy.client().send(beginning)) {
      assertThat(client.isEnded()).isTrue();
    }
    String reason = beginning.startsWith("GET") ? "proxy-header-missing" : "proxy-header-malformed";
    assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"" + reason + "\"}"))
        .isEqualTo(1);
    await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
  }

  @Test
  void shouldNotWaitForAHeaderForLong() {
    proxy.close();
    proxy =
        Proxy.start(
            settings ->
                settings.withLimits(Limits.defaults().with(Limit.PROXY_HEADER_MILLIS, 100)));
    serveHttp("127.0.0.1");
    try (var client = proxy.client().send("PROXY ")) {
      assertThat(client.isEnded()).isTrue();
    }
    assertThat(
            proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"proxy-header-timeout\"}"))
        .isEqualTo(1);
  }

  @Test
  void shouldPassOnAStreamFromBehindTheHeader() {
    proxy.use(Configuration.tcp(proxy.port(), echo).fronted("cache", "127.0.0.1"));
    try (var client = proxy.client().send(HEADER + "hello")) {
      client.send(" there").endOutput();
      assertThat(TcpTest.textOf(client.in())).isEqualTo("hello there");
    }
    await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
  }

  @Test
  void shouldCountTheClientsOfAFrontProxyByTheirOwnAddresses() {
    proxy.close();
    proxy =
        Proxy.start(
            settings ->
                settings.withLimits(
                    Limits.defaults().with(Limit.CLIENT_CONNECTIONS_PER_ADDRESS, 1)));
    serveHttp("127.0.0.1");
    try (var first = proxy.client().send(HEADER);
        var second = proxy.client().send(HEADER.replace("192.0.2.7", "192.0.2.8"))) {
      assertThat(first.get("/").read().status()).isEqualTo(200);
      assertThat(second.get("/").read().status()).isEqualTo(200);
      try (var again = proxy.client().send(HEADER)) {
        assertThat(again.isEnded()).isTrue();
      }
    }
    assertThat(proxy.metric("ballast_proxy_connections_refused_by_address_total")).isEqualTo(1);
    await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
    try (var later = proxy.client().send(HEADER)) {
      assertThat(later.get("/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseMoreConnectionsOfOneAddressThanItMayHave() {
    proxy.close();
    proxy =
        Proxy.start(
            settings ->
                settings.withLimits(
                    Limits.defaults().with(Limit.CLIENT_CONNECTIONS_PER_ADDRESS, 2)));
    serveHttp();
    try (var first = proxy.client();
        var second = proxy.client()) {
      first.get("/").read();
      second.get("/").read();
      assertThat(proxy.turnsAway()).isTrue();
      assertThat(proxy.metric("ballast_proxy_connections_refused_by_address_total")).isEqualTo(1);
    }
    await().until(() -> proxy.metric("ballast_proxy_connections_open") == 0);
    try (var later = proxy.client()) {
      assertThat(later.get("/").read().status()).isEqualTo(200);
    }
  }
}
