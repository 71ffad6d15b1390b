package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AdminState;
import dev.ballast.model.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The configuration changes while connections are open: none is dropped. */
class ChangesTest {
  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void shouldChurnUnderTrafficAndDropNothing() throws Exception {
    List<TestBackend> web = TestBackend.named(4);
    int tcpPort = Proxy.freePort();
    try (var echo = TestBackend.echo()) {
      Configuration configuration =
          Configuration.http(proxy.port(), web.get(0), web.get(1), web.get(2))
              .tcpBalancer("cache", tcpPort, "cache")
              .pool("cache", echo);
      proxy.use(configuration);
      var isOver = new AtomicBoolean();
      var requests = new AtomicInteger();
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(CompletableFuture.runAsync(() -> askUntil(isOver, requests)));
      }
      clients.add(CompletableFuture.runAsync(() -> echoUntil(isOver, tcpPort)));

      for (int round = 0; round < 60; round++) {
        configuration.backend("web", "b4", web.get(3).address(), 1);
        proxy.use(
            configuration.httpBalancer(
                "other", Proxy.freePort(), List.of("other.test"), Configuration.route("web")));
        int before = requests.get();
        await().until(() -> requests.get() > before + 20);
        proxy.use(
            configuration.without(Kind.BACKEND, "web/b4").without(Kind.LOAD_BALANCER, "other"));
      }
      isOver.set(true);
      CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).get();
    } finally {
      web.forEach(TestBackend::close);
    }
  }

  private void askUntil(AtomicBoolean isOver, AtomicInteger requests) {
    try (var client = proxy.client()) {
      while (!isOver.get()) {
        assertThat(client.get("/").read().status()).isEqualTo(200);
        requests.incrementAndGet();
      }
    }
  }

  private static void echoUntil(AtomicBoolean isOver, int port) {
    try (var client = RawClient.to(port)) {
      while (!isOver.get()) {
        client.send("0123456789");
        assertThat(client.in().readNBytes(10)).hasSize(10);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldLetConnectionsOutliveTheirListener() throws Exception {
    int tcpPort = Proxy.freePort();
    try (var backend = TestBackend.named("one");
        var echo = TestBackend.echo()) {
      Configuration configuration =
          Configuration.http(proxy.port(), backend)
              .tcpBalancer("cache", tcpPort, "cache")
              .pool("cache", echo);
      proxy.use(configuration);
      try (var client = proxy.client();
          var stream = RawClient.to(tcpPort)) {
        client.get("/").read();
        stream.send("a");
        assertThat(stream.in().read()).isEqualTo('a');

        proxy.use(
            configuration
                .without(Kind.LOAD_BALANCER, "web")
                .without(Kind.LOAD_BALANCER, "cache")
                .without(Kind.BACKEND, "cache/b1"));

        assertRefused(proxy.port());
        assertRefused(tcpPort);
        RawClient.Answer last = client.get("/").read();
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.field("Connection")).isEqualTo("close");
        assertThat(client.isEnded()).isTrue();
        stream.send("b");
        assertThat(stream.in().read()).isEqualTo('b');
      }
    }
  }

  private static void assertRefused(int port) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      throw new AssertionError("port " + port + " still accepts: " + socket);
    } catch (ConnectException expected) {
      assertThat(expected).hasMessageContaining("refused");
    }
  }

  @Test
  void shouldChangeTheProtocolOfAPortUnderOpenConnections() throws Exception {
    try (var backend = TestBackend.named("one");
        var echo = TestBackend.echo()) {
      Configuration configuration = Configuration.http(proxy.port(), backend).pool("cache", echo);
      proxy.use(configuration);
      try (var client = proxy.client()) {
        client.get("/").read();
        proxy.use(
            configuration
                .without(Kind.LOAD_BALANCER, "web")
                .tcpBalancer("cache", proxy.port(), "cache"));

        assertThat(client.get("/").read().field("Connection")).isEqualTo("close");
        try (var stream = proxy.client()) {
          assertThat(stream.send("x").in().read()).isEqualTo('x');
        }
      }
    }
  }

  @Test
  void shouldFinishWhatIsInFlightAtABackendThatLeaves() throws Exception {
    var asked = new CountDownLatch(1);
    var mayAnswer = new CountDownLatch(1);
    try (var backend =
        TestBackend.running(
            conversation -> {
              conversation.readRequest();
              asked.countDown();
              awaitUninterruptibly(mayAnswer);
              conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
              conversation.in().read();
            })) {
      Configuration configuration = Configuration.http(proxy.port(), backend);
      try (var client = proxy.use(configuration).client()) {
        client.get("/");
        asked.await();
        proxy.use(configuration.without(Kind.BACKEND, "web/b1"));
        mayAnswer.countDown();

        assertThat(client.read().text()).isEqualTo("ok");
        await().until(() -> backend.openConnections() == 0);
        assertThat(client.get("/").read().status()).isEqualTo(503);
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCloseIdleConnectionsToADisabledBackend() {
    try (var one = TestBackend.named("one");
        var two = TestBackend.named("two")) {
      Configuration configuration = Configuration.http(proxy.port(), one, two);
      try (var client = proxy.use(configuration).client()) {
        for (int i = 0; i < 4; i++) {
          client.get("/").read();
        }
        assertThat(one.openConnections()).isEqualTo(1);

        proxy.use(
            configuration.override(
                "web", "b1", AdminState.DISABLED, Instant.now(), Optional.empty()));

        await().until(() -> one.openConnections() == 0);
        for (int i = 0; i < 4; i++) {
          assertThat(client.get("/").read().text()).isEqualTo("two");
        }
        assertThat(proxy.backend("web", "b1").reason()).isEqualTo("disabled");
      }
    }
  }

  @Test
  void shouldEndAnOverrideByTimeAlone() {
    try (var one = TestBackend.named("one")) {
      Instant now = Instant.now();
      proxy.use(
          Configuration.http(proxy.port(), one)
              .override("web", "b1", AdminState.DRAINING, now, Optional.of(now.plusMillis(700))));
      try (var client = proxy.client()) {
        assertThat(client.get("/").read().status()).isEqualTo(503);
        await().until(() -> proxy.backend("web", "b1").eligible());
        assertThat(client.get("/").read().status()).isEqualTo(200);
        assertThat(Instant.now()).isAfterOrEqualTo(now.plusMillis(700));
      }
    }
  }
}
