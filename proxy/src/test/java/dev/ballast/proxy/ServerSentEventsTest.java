package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import dev.ballast.model.AdminState;
import dev.ballast.model.Timeouts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of events, read by clients that people have: each comes when it is sent, for as long as some come. */
class ServerSentEventsTest {
  private static final Authority CA = Authority.named("Events CA");
  private static final int EVENTS = 50;
  private static final Duration OVERALL = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(3);
  private static final long TICK_MILLIS = 100;

  private final Proxy proxy = Proxy.start();
  private final int tlsPort = Proxy.freePort();
  private final Application application = Application.running(this::serve);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(CA.client()).build();

  /** How many events may be sent now. */
  private final Semaphore released = new Semaphore(0);

  private final AtomicInteger sent = new AtomicInteger();
  private volatile long lastSentNanos;
  private final CountDownLatch ticksEnd = new CountDownLatch(1);
  private final CountDownLatch testEnds = new CountDownLatch(1);
  private final CountDownLatch clientIsGone = new CountDownLatch(1);

  ServerSentEventsTest() {
    proxy.use(
        Configuration.http(proxy.port())
            .put(CA.issue("127.0.0.1").resource("a"))
            .httpsBalancer(
                "secure", tlsPort, List.of("*"), Configuration.tls("a"), Configuration.route("web"))
            .pool(
                "web",
                new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(20), IDLE, OVERALL),
                Optional.empty())
            .backend("web", "b1", application.address(), AdminState.ENABLED));
  }

  @AfterEach
  void stop() {
    ticksEnd.countDown();
    testEnds.countDown();
    client.shutdownNow();
    client.close();
    proxy.close();
    application.close();
  }

  /** At /released an event when one may be sent, at /ticking one again and again. */
  private void serve(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().flush();
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals("/released")) {
        sendReleased(exchange);
      } else {
        tick(exchange);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void sendReleased(HttpExchange exchange) throws IOException, InterruptedException {
    while (sent.get() < EVENTS && released.tryAcquire(20, TimeUnit.SECONDS)) {
      send(exchange);
    }
  }

  private void tick(HttpExchange exchange) throws IOException, InterruptedException {
    try {
      while (!ticksEnd.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
        send(exchange);
      }
      testEnds.await();
    } catch (IOException gone) {
      clientIsGone.countDown();
      throw gone;
    }
  }

  private void send(HttpExchange exchange) throws IOException {
    lastSentNanos = System.nanoTime();
    String event = "id: " + sent.incrementAndGet() + "\ndata: something happened\n\n";
    exchange.getResponseBody().write(event.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  private BufferedReader events(String url) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/event-stream");
    var answer = client.send(request.build(), BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** The number of the next event. */
  private static int next(BufferedReader events) throws IOException {
    String id = events.readLine();
    assertThat(events.readLine()).isEqualTo("data: something happened");
    assertThat(events.readLine()).isEmpty();
    return Integer.parseInt(id.substring("id: ".length()));
  }

  private String url(String scheme, String path) {
    int port = scheme.equals("https") ? tlsPort : proxy.port();
    return scheme + "://127.0.0.1:" + port + path;
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void shouldPassOnEachEventBeforeTheNextOneIsSent(String scheme) throws Exception {
    try (var events = events(url(scheme, "/released"))) {
      for (int i = 1; i <= EVENTS; i++) {
        released.release();
        assertThat(next(events)).isEqualTo(i);
        assertThat(sent).hasValue(i);
      }
      assertThat(events.readLine()).as("and its end").isNull();
    }
  }

  @Test
  void shouldPassOnEachEventToCurlBeforeTheNextOneIsSent() throws Exception {
    Process curl =
        new ProcessBuilder("curl", "-s", "-N", url("http", "/released"))
            .redirectErrorStream(true)
            .start();
    try (var events = curl.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 1; i <= EVENTS; i++) {
        released.release();
        assertThat(next(events)).isEqualTo(i);
        assertThat(sent).hasValue(i);
      }
      assertThat(events.readLine()).as("and its end").isNull();
    }
    assertThat(curl.waitFor()).isZero();
  }

  @Test
  void shouldOutliveOverallAndEndOnceNothingComesForIdle() throws Exception {
    try (var events = events(url("http", "/ticking"))) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < OVERALL.multipliedBy(2).toNanos()) {
        next(events);
      }
      ticksEnd.countDown();

      assertThatThrownBy(() -> drain(events)).isInstanceOf(IOException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - lastSentNanos)).isGreaterThan(IDLE);
    }
    assertFailed("backend-silent");
  }

  private static void drain(BufferedReader events) throws IOException {
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      assertThat(line).matches("|id: \\d+|data: something happened");
    }
  }

  private void assertFailed(String reason) {
    String metric = "ballast_proxy_exchanges_failed_total{reason=\"" + reason + "\"}";
    await(reason).until(() -> proxy.metric(metric) == 1);
    assertThat(proxy.backend("web", "b1").inFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void shouldEndTheBackendsSideWhenTheClientLeaves(String scheme) throws Exception {
    try (var events = events(url(scheme, "/ticking"))) {
      assertThat(next(events)).isEqualTo(1);
    }

    assertThat(clientIsGone.await(20, TimeUnit.SECONDS)).isTrue();
    assertFailed("client-left");
  }
}
