package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EvennessTest {
  private static final int LOOPS = 2;
  private static final int REQUESTS = 12_000;

  @Test
  void shouldSpread12000RequestsOver3BackendsThrough2LbServersEvenly() {
    List<TestBackend> backends = TestBackend.named(3);
    try (var first = Proxy.start(settings -> settings.withEventLoops(LOOPS));
        var second = Proxy.start(settings -> settings.withEventLoops(LOOPS))) {
      for (Proxy proxy : List.of(first, second)) {
        proxy.use(Configuration.http(proxy.port(), backends.toArray(TestBackend[]::new)));
      }
      var clients = new ArrayList<CompletableFuture<Void>>();
      for (int i = 0; i < 8; i++) {
        Proxy proxy = i % 2 == 0 ? first : second;
        clients.add(CompletableFuture.runAsync(() -> ask(proxy, REQUESTS / 8)));
      }
      CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).join();

      for (TestBackend backend : backends) {
        assertThat(backend.heads().size()).isCloseTo(REQUESTS / 3, Offset.offset(2 * LOOPS));
      }
    } finally {
      backends.forEach(TestBackend::close);
    }
  }

  private static void ask(Proxy proxy, int requests) {
    try (var client = proxy.client()) {
      for (int i = 0; i < requests; i++) {
        assertThat(client.get("/").read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldFollowTheWeights() {
    List<TestBackend> backends = TestBackend.named(3);
    try (var proxy = Proxy.start(settings -> settings.withEventLoops(1))) {
      proxy.use(
          new Configuration()
              .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
              .weightedPool("web")
              .backend("web", "b1", backends.get(0).address(), 3)
              .backend("web", "b2", backends.get(1).address(), 1)
              .backend("web", "b3", backends.get(2).address(), 0));
      ask(proxy, 400);

      assertThat(backends)
          .extracting(backend -> backend.heads().size())
          .containsExactly(300, 100, 0);
    } finally {
      backends.forEach(TestBackend::close);
    }
  }
}
