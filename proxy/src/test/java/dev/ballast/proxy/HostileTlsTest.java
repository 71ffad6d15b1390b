package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can be done to a TLS listener before and beneath HTTP: others don't feel it, and it ends. */
class HostileTlsTest {
  private static final Authority CA = Authority.named("Test CA");
  private static final long MIB = 1L << 20;
  private static final byte[] BEGINNING_OF_A_HELLO = {
    0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc
  };

  private final List<RawClient> hostile = new ArrayList<>();
  private final TestBackend backend = TestBackend.named("one");
  private final Proxy proxy =
      Proxy.start(
          settings -> settings.withLimits(Limits.defaults().with(Limit.HANDSHAKE_MILLIS, 1_000)));
  private final int tlsPort = Proxy.freePort();

  HostileTlsTest() {
    proxy.use(
        Configuration.http(proxy.port(), backend)
            .put(CA.issue("a.test").resource("a"))
            .httpsBalancer(
                "secure",
                tlsPort,
                List.of("a.test"),
                Configuration.tls("a"),
                Configuration.route("web")));
  }

  @AfterEach
  void stop() {
    hostile.forEach(RawClient::close);
    proxy.close();
    backend.close();
  }

  private RawClient client() {
    return RawClient.to(tlsPort, CA.client(), "a.test");
  }

  @Test
  void shouldCutOffHandshakesThatDoNotGetOn() throws Exception {
    String timedOut = "ballast_proxy_handshakes_failed_total{reason=\"timeout\"}";
    try (var bystander = Bystander.of(proxy)) {
      for (int i = 0; i < 300; i++) {
        hostile.add(RawClient.to(tlsPort).send(BEGINNING_OF_A_HELLO));
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> proxy.metric(timedOut) == 300);
      bystander.assertUnharmed("300 handshakes that don't get on", 16 * MIB);
    }
  }

  @Test
  void shouldServeOthersBesideAStormOfHandshakes() throws Exception {
    var done = new AtomicInteger();
    long start = System.nanoTime();
    try (var bystander = Bystander.of(proxy)) {
      try (var threads = Executors.newFixedThreadPool(4)) {
        for (int i = 0; i < 60; i++) {
          threads.execute(() -> handshake(done));
        }
      }
      bystander.assertUnharmed("60 full handshakes, 4 at a time", 16 * MIB);
    }
    System.out.printf(
        "60 handshakes took %d ms%n", Duration.ofNanos(System.nanoTime() - start).toMillis());
    assertThat(done.get()).isEqualTo(60);
  }

  /** With a context of its own, which remembers no session. */
  private void handshake(AtomicInteger done) {
    try (var client = client()) {
      ((SSLSocket) client.socket()).startHandshake();
      done.incrementAndGet();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldTakeARequestInRecordsOfAByteEach() throws Exception {
    try (var bystander = Bystander.of(proxy);
        var client = client()) {
      String request =
          "GET / HTTP/1.1\r\nHost: a.test\r\nX-Long: " + "x".repeat(4_000) + "\r\n\r\n";
      for (int i = 0; i < request.length(); i++) {
        client.send(request.substring(i, i + 1));
      }
      assertThat(client.read().status()).isEqualTo(200);
      bystander.assertUnharmed("a request in 4,000 records of a byte", 8 * MIB);
    }
  }

  @Test
  void shouldNotRenegotiate() throws Exception {
    SSLContext tls = CA.client();
    try (var client = RawClient.to(tlsPort, tls, "a.test")) {
      var socket = (SSLSocket) client.socket();
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThat(client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").read().status())
          .isEqualTo(200);
      socket.startHandshake();
      assertThatThrownBy(client::readHead)
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("no_renegotiation");
    }
    assertThat(proxy.metric("ballast_proxy_handshakes_total{resumed=\"false\",version=\"1.2\"}"))
        .as("the first one alone")
        .isEqualTo(1);
    try (var client = client()) {
      assertThat(client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").read().status())
          .isEqualTo(200);
    }
  }
}
