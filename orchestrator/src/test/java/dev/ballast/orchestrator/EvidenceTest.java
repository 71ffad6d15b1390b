package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.detection.Probing;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.model.LbServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvidenceTest {
  private static final String SEEN =
      "{\"instance\": \"one\", \"ejected\": [], \"good\": {\"web/b1\": 120}}";

  private final AtomicLong clock = new AtomicLong(Duration.ofHours(1).toNanos());
  private final NotedHands hands = new NotedHands();
  private final DeskLoop loop = new DeskLoop(System::nanoTime);
  private final Probing probing =
      new Probing(ProbingSettings.DEFAULT, new Random(1), System::nanoTime, (_, _) -> {});
  private final Evidence evidence = new Evidence(loop, probing, clock::get);
  private HttpServer http;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/observations",
        exchange -> {
          try (exchange) {
            clock.addAndGet(Duration.ofMillis(800).toNanos());
            byte[] body = SEEN.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    http.start();
    var world = new World().pool("web", true).backend("web", "b1", 1);
    world.put(
        new LbServer(
            "lb-1",
            "default",
            "one",
            "127.0.0.1",
            "http://127.0.0.1:" + http.getAddress().getPort(),
            "1",
            Instant.EPOCH));
    loop.start(new Desk(hands, Instant::now, clock::get));
    loop.execute(desk -> desk.use(world.snapshot()));
    for (int i = 0; i < Subject.PARTITIONS; i++) {
      int partition = i;
      loop.execute(desk -> desk.assigned(partition, new Fence("share", 1)));
    }
  }

  @AfterEach
  void stop() {
    evidence.close();
    probing.close();
    loop.close();
    http.stop(0);
  }

  @Test
  void shouldNotTakeWhatAnLbServerHeardForFresherThanItIs() {
    long before = clock.get();
    evidence.start();
    await()
        .untilAsserted(
            () -> assertThat(loop.call(_ -> List.copyOf(hands.vouched)).join()).isNotEmpty());
    assertThat(loop.call(_ -> hands.vouchedAt.getFirst()).join())
        .as("heard 120 ms before it was asked, and said 800 ms later")
        .isEqualTo(before - Duration.ofMillis(120).toNanos());
  }
}
