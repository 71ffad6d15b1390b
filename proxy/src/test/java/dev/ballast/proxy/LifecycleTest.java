package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Listeners that can't be bound, readiness, and stopping. */
class LifecycleTest {
  @Test
  void shouldNameTheOwnerOfAPortInUseAndServeTheRest() throws IOException {
    var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    try (var backend = TestBackend.named("one");
        var proxy = Proxy.start()) {
      proxy.use(
          Configuration.http(proxy.port(), backend)
              .httpBalancer(
                  "other", taken.getLocalPort(), List.of("*"), Configuration.route("web")));

      Report.Listener failed = listener(proxy, "other");
      assertThat(failed.state()).isEqualTo("failed");
      assertThat(failed.reason())
          .isEqualTo(
              "port "
                  + taken.getLocalPort()
                  + " on 127.0.0.1 is in use by process "
                  + ProcessHandle.current().pid()
                  + " (java)");
      assertThat(failed.remedy()).contains("another port");
      assertThat(listener(proxy, "web").state()).isEqualTo("bound");
      assertThat(proxy.server().isReady()).isTrue();
      try (var client = proxy.client()) {
        assertThat(client.get("/").read().status()).isEqualTo(200);
      }

      taken.close();
      await().until(() -> listener(proxy, "other").state().equals("bound"));
    }
  }

  private static Report.Listener listener(Proxy proxy, String loadBalancer) {
    return proxy.server().report().listeners().stream()
        .filter(listener -> listener.loadBalancer().equals(loadBalancer))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldSayThatAnAddressIsNotOfThisMachine() {
    try (var proxy =
        Proxy.start(settings -> settings.withAddress(InetAddress.ofLiteral("192.0.2.1")))) {
      proxy.use(Configuration.http(proxy.port()));

      assertThat(listener(proxy, "web").reason())
          .isEqualTo("192.0.2.1 is no address of this machine");
      assertThat(proxy.server().isReady()).isFalse();
    }
  }

  @Test
  void shouldBeReadyOnceASnapshotIsInUseAndAListenerBound() {
    try (var proxy = Proxy.start()) {
      assertThat(proxy.server().isReady()).isFalse();
      proxy.use(Configuration.http(proxy.port()));
      assertThat(proxy.server().isReady()).isTrue();
      proxy.use(Configuration.http(proxy.port()).without(Kind.LOAD_BALANCER, "web"));
      assertThat(proxy.server().isReady()).isFalse();
    }
  }

  @Test
  void shouldServeEveryConnectionThatTheKernelHasAcceptedBeforeItStops() {
    try (var backend = TestBackend.named("one");
        var proxy = Proxy.start()) {
      proxy.use(Configuration.http(proxy.port(), backend));
      var clients = new ArrayList<RawClient>();
      for (int i = 0; i < 200; i++) {
        clients.add(proxy.client().get("/"));
      }

      proxy.server().close(Duration.ofSeconds(10));

      for (RawClient client : clients) {
        assertThat(client.read().status()).isEqualTo(200);
        client.close();
      }
    }
  }

  @Test
  void shouldFinishWhatIsInFlightBeforeItStops() throws Exception {
    var asked = new CountDownLatch(1);
    var mayAnswer = new CountDownLatch(1);
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  asked.countDown();
                  awaitUninterruptibly(mayAnswer);
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
        var proxy = Proxy.start();
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.get("/");
      asked.await();
      CompletableFuture<Void> stopped =
          CompletableFuture.runAsync(() -> proxy.server().close(Duration.ofSeconds(10)));
      await().until(() -> !proxy.server().isReady());
      mayAnswer.countDown();

      assertThat(client.read().text()).isEqualTo("ok");
      stopped.get();
    }
  }

  @Test
  void shouldNotWaitLongerThanItMayForWhatDoesNotFinish() throws Exception {
    var asked = new CountDownLatch(1);
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  asked.countDown();
                  conversation.in().read();
                });
        var proxy = Proxy.start();
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.get("/");
      asked.await();

      proxy.server().close(Duration.ofMillis(300));

      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.field("Ballast-Reason")).isEqualTo("shutdown");
      assertThat(client.isEnded()).isTrue();
      await().until(() -> backend.openConnections() == 0);
    }
  }

  @Test
  void shouldLeaveNoThreadBehind() {
    try (var backend = TestBackend.named("one");
        var proxy = Proxy.start();
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.get("/").read();
    }
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("ballast-")));
  }

  @Test
  void shouldServeWithoutEpoll() throws IOException {
    int port = Proxy.freePort();
    var settings = Proxy.settings();
    try (var backend = TestBackend.named("one");
        var echo = TestBackend.echo();
        var server = ProxyServer.start(settings, Transport.nio())) {
      int tcpPort = Proxy.freePort();
      server.use(
          Configuration.http(port, backend)
              .tcpBalancer("cache", tcpPort, "cache")
              .pool("cache", echo)
              .next());
      assertThat(server.report().transport()).isEqualTo("nio");
      try (var client = RawClient.to(port);
          var stream = RawClient.to(tcpPort)) {
        assertThat(client.get("/").read().text()).isEqualTo("one");
        assertThat(client.get("/").read().text()).isEqualTo("one");
        stream.send("hello").endOutput();
        assertThat(new String(stream.in().readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("hello");
      }
    }
  }

  @Test
  void shouldRefuseConnectionsBeyondTheLimit() {
    try (var backend = TestBackend.named("one");
        var proxy =
            Proxy.start(
                settings ->
                    settings.withLimits(Limits.defaults().with(Limit.CLIENT_CONNECTIONS, 2)));
        var first = proxy.use(Configuration.http(proxy.port(), backend)).client();
        var second = proxy.client()) {
      first.get("/").read();
      second.get("/").read();
      assertThat(proxy.turnsAway()).isTrue();
      assertThat(proxy.metric("ballast_proxy_connections_refused_total")).isEqualTo(1);
      assertThat(first.get("/").read().status()).isEqualTo(200);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
