package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Clients that begin a handshake and do not go on as they should. */
class HandshakeLimitsTest {
  private static final Authority CA = Authority.named("Limits CA");
  private static final int SILENT = 50;

  private static Proxy proxy(Limit limit, int value) {
    return Proxy.start(settings -> settings.withLimits(settings.limits().with(limit, value)));
  }

  private static void serve(Proxy proxy, TestBackend backend) {
    proxy.use(
        new Configuration()
            .put(CA.issue("a.test").resource("a"))
            .httpsBalancer(
                "web",
                proxy.port(),
                List.of("*"),
                Configuration.tls("a"),
                Configuration.route("web"))
            .pool("web", backend));
  }

  private static void assertServed(Proxy proxy) {
    try (var client = RawClient.to(proxy.port(), CA.client(), "a.test")) {
      assertThat(client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").read().status())
          .isEqualTo(200);
    }
  }

  private static void assertCounted(Proxy proxy, String reason, int times) {
    String line = "ballast_proxy_handshakes_failed_total{reason=\"" + reason + "\"}";
    Awaitility.await().untilAsserted(() -> assertThat(proxy.metric(line)).isEqualTo(times));
  }

  @Test
  void shouldCloseConnectionsWhoseHandshakeIsLateAndServeOthersMeanwhile() {
    try (var backend = TestBackend.named("one");
        var proxy = proxy(Limit.HANDSHAKE_MILLIS, 500)) {
      serve(proxy, backend);
      byte[] hello = HelloBytes.hello().named("a.test").bytes();
      var silent = new ArrayList<RawClient>();
      for (int n = 0; n < SILENT; n++) {
        silent.add(proxy.client().send(Arrays.copyOf(hello, n % 7)));
      }
      assertServed(proxy);

      silent.forEach(client -> assertThat(client.isEnded()).isTrue());
      silent.forEach(RawClient::close);
      assertCounted(proxy, "timeout", SILENT);
      assertThat(proxy.metric("ballast_proxy_handshakes_pending")).isZero();
      assertServed(proxy);
    }
  }

  @Test
  void shouldCloseConnectionsBeyondTheHandshakesThatMayBePending() {
    try (var backend = TestBackend.named("one");
        var proxy = proxy(Limit.PENDING_HANDSHAKES, 2)) {
      serve(proxy, backend);
      try (var _ = proxy.client().send(new byte[] {22});
          var _ = proxy.client().send(new byte[] {22})) {
        Awaitility.await().until(() -> proxy.metric("ballast_proxy_handshakes_pending") == 2);
        try (var third = proxy.client()) {
          assertThat(third.isEnded()).isTrue();
        }
      }
      assertCounted(proxy, "too-many", 1);
      assertCounted(proxy, "client-left", 2);
      assertServed(proxy);
    }
  }

  @Test
  void shouldTakeNoHarmFromDamagedHandshakes() {
    long seed = 20_261_126;
    var random = new Random(seed);
    try (var backend = TestBackend.named("one");
        var proxy = Proxy.start()) {
      serve(proxy, backend);
      byte[] hello = HelloBytes.hello().named("a.test").extension(43, new byte[] {2, 3, 4}).bytes();
      for (int n = 0; n < 200; n++) {
        byte[] damaged = hello.clone();
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        byte[] garbage = new byte[random.nextInt(500)];
        random.nextBytes(garbage);
        try (var client = proxy.client()) {
          client.send(damaged).send(garbage);
        }
      }
      assertServed(proxy);
      Awaitility.await()
          .alias("seed " + seed)
          .until(() -> proxy.metric("ballast_proxy_handshakes_pending") == 0);
    }
  }
}
