package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ballast.model.LbServer;
import dev.ballast.model.Revision;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LbServerClientTest {
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final LbServerClient client = new LbServerClient();
  private HttpServer http;
  private LbServer server;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String answer = answers.get(exchange.getRequestURI().toString());
            byte[] body = (answer == null ? "no" : answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    http.start();
    server =
        new LbServer(
            "lb-1",
            "default",
            "one",
            "127.0.0.1",
            "http://127.0.0.1:" + http.getAddress().getPort(),
            "1",
            Instant.EPOCH);
  }

  @AfterEach
  void stop() {
    client.close();
    http.stop(0);
  }

  @Test
  void shouldReadHowItIs() throws InterruptedException {
    answers.put(
        "/report?pools=false",
        """
        {"instance": "one", "ready": false, "revision": "0123abcd.7",
         "sync": {"connected": true, "silentMillis": 1500, "detail": "http://c"},
         "listeners": [{"loadBalancer": "web", "name": "http", "state": "failed", "reason": "taken"}]}
        """);
    assertThat(client.facts(server))
        .contains(
            new LbServerFacts(
                "one",
                false,
                Optional.of(new Revision("0123abcd", 7)),
                true,
                Duration.ofMillis(1_500).toNanos(),
                "",
                "http://c",
                "listener http of web can't be bound: taken"));
  }

  @Test
  void shouldReadWhatItSees() throws InterruptedException {
    answers.put(
        "/observations?of=web%2Fb1&of=web%2Fb2",
        """
        {"instance": "one", "ejected": ["web/b3"], "good": {"web/b2": 120}}
        """);
    assertThat(client.observations(server, List.of("web/b1", "web/b2")))
        .contains(
            new Observations(Set.of("web/b3"), Map.of("web/b2", Duration.ofMillis(120).toNanos())));
  }

  @Test
  void shouldNotBelieveWhatNobodyCanHaveHeard() throws InterruptedException {
    answers.put(
        "/observations",
        """
        {"instance": "one", "ejected": [],
         "good": {"web/b1": -5, "web/b2": 60001, "web/b3": 9000000000000, "web/b4": "1", "web/b5": 60000}}
        """);
    assertThat(client.observations(server, List.of()).orElseThrow().goodAgoNanos())
        .containsOnlyKeys("web/b5");
  }

  @Test
  void shouldGiveUpAnAnswerWhoseBodyDoesNotCome() throws InterruptedException {
    http.createContext(
        "/report",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
        });
    long began = System.nanoTime();
    assertThat(client.facts(server)).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void shouldNotListenToAnotherProcess() throws InterruptedException {
    answers.put("/observations", "{\"instance\": \"two\", \"ejected\": [\"web/b3\"]}");
    assertThat(client.observations(server, List.of())).isEmpty();
  }

  @Test
  void shouldTakeNonsenseForNoAnswer() throws InterruptedException {
    answers.put("/report?pools=false", "<html>");
    answers.put("/observations", "x".repeat(2 << 20));
    assertThat(client.facts(server)).isEmpty();
    assertThat(client.observations(server, List.of())).isEmpty();
    http.stop(0);
    assertThat(client.facts(server)).isEmpty();
  }
}
