package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that connect while the LB server stops, or a listener goes. */
class StopTest {
  private static final int CLIENTS = 8;

  private final Proxy proxy = Proxy.start();
  private final TestBackend backend = TestBackend.named("one");
  private final TestBackend echo = TestBackend.echo();
  private final AtomicInteger served = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  @AfterEach
  void stop() {
    proxy.close();
    backend.close();
    echo.close();
  }

  @Test
  void shouldServeEveryConnectionThatIsMadeWhileItStops() throws Exception {
    proxy.use(Configuration.http(proxy.port(), backend));
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.execute(this::connectAgainAndAgain);
      }
      await().until(() -> served.get() > 100);
      int before = served.get();
      proxy.server().leave();
      assertThat(proxy.server().isReady()).isFalse();
      assertThat(proxy.admin("/readyz").body()).contains("about to stop");
      proxy.server().serveOn(Duration.ofMillis(200));
      assertThat(served.get()).as("served while leaving").isGreaterThan(before);
      proxy.server().close(Duration.ofSeconds(5));
    }
    assertThat(failed.get()).as("failed of " + served.get()).isZero();
  }

  @Test
  void shouldServeEveryConnectionThatIsMadeWhileItsListenerIsRemoved() throws Exception {
    var configuration = Configuration.http(proxy.port(), backend);
    proxy.use(configuration);
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.execute(this::connectAgainAndAgain);
      }
      await().until(() -> served.get() > 100);
      proxy.use(configuration.without(Kind.LOAD_BALANCER, "web"));
    }
    assertThat(failed.get()).as("failed of " + served.get()).isZero();
  }

  /** Until the connection is refused. */
  private void connectAgainAndAgain() {
    while (true) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        socket.setSoTimeout(10_000);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] answer = socket.getInputStream().readNBytes(15);
        boolean isServed = new String(answer, StandardCharsets.US_ASCII).equals("HTTP/1.1 200 OK");
        (isServed ? served : failed).incrementAndGet();
      } catch (ConnectException refused) {
        return;
      } catch (IOException e) {
        failed.incrementAndGet();
        return;
      }
    }
  }

  @Test
  void shouldEndIdleConnectionsOfARemovedListenerSoon() {
    var configuration = Configuration.http(proxy.port(), backend);
    try (var client = proxy.use(configuration).client()) {
      client.get("/").read();
      proxy.use(configuration.without(Kind.LOAD_BALANCER, "web"));
      assertThat(client.isEnded()).isTrue();
    }
    assertThat(proxy.metric("ballast_proxy_connections_expired_total")).isEqualTo(1);
  }

  @Test
  void shouldEndStreamsOfARemovedListenerAfterItsDrainTimeout() {
    var configuration =
        Configuration.tcp(proxy.port(), echo).drainingFor("cache", Duration.ofSeconds(2));
    try (var client = proxy.use(configuration).client()) {
      assertThat(echoOf(client, "before")).isEqualTo("before");
      proxy.use(configuration.without(Kind.LOAD_BALANCER, "cache"));
      assertThat(echoOf(client, "after")).isEqualTo("after");
      assertThat(client.isEnded()).isTrue();
    }
    assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"drain-timeout\"}"))
        .isEqualTo(1);
    await().until(() -> proxy.metric("ballast_proxy_streams_open") == 0);
  }

  private static String echoOf(RawClient client, String word) {
    try {
      client.send(word);
      return new String(client.in().readNBytes(word.length()), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldLetStreamsGoOnUntilTheDrainTimeout() {
    proxy.use(Configuration.tcp(proxy.port(), echo));
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      clients.add(proxy.client());
      assertThat(echoOf(clients.getLast(), "before")).isEqualTo("before");
    }
    var stopped = CompletableFuture.runAsync(() -> proxy.server().close(Duration.ofSeconds(4)));
    await().until(() -> !proxy.server().isReady());
    assertThat(echoOf(clients.getFirst(), "meanwhile")).isEqualTo("meanwhile");
    stopped.join();
    clients.forEach(client -> assertThat(client.isEnded()).isTrue());
    clients.forEach(RawClient::close);
  }
}
