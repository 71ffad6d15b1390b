package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** An LB server that probes by itself says in its log when it doubts itself. */
class StaticDoubtTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int BACKENDS = 4;

  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(StaticProbes.class);
  private final List<BackendStatus> found = new CopyOnWriteArrayList<>();
  private final StaticProbes probes =
      new StaticProbes(
          ProbingSettings.DEFAULT, InstantSource.system(), System::nanoTime, found::add);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile CountDownLatch answering = new CountDownLatch(0);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    said.start();
    logger.addAppender(said);
    server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answering.await();
            exchange.sendResponseHeaders(200, -1);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    logger.detachAppender(said);
    answering.countDown();
    probes.close();
    server.stop(0);
    threads.close();
  }

  private Snapshot site() throws Exception {
    var text =
        new StringBuilder(
            """
            kind: LoadBalancer
            name: web
            domain: web.test
            listeners:
            - {name: http, port: 8080, protocol: http}
            routes:
            - {pool: web}
            ---
            kind: Pool
            name: web
            healthCheck: {type: http, interval: 200ms}
            backends:
            """);
    for (int i = 0; i < BACKENDS; i++) {
      text.append(
          "- {name: b%d, address: \"127.0.0.1:%d\"}%n".formatted(i, server.getAddress().getPort()));
    }
    Files.writeString(directory.resolve("web.yaml"), text);
    return new StaticConfiguration("default", "1234567890abcdef", InstantSource.system())
        .load(DocumentInput.read(new TestShell(directory).shell(), "web.yaml"))
        .snapshot();
  }

  private void awaitSaid(String words, int times) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              probes.tellDoubt();
              return said.list.stream()
                      .filter(event -> event.getFormattedMessage().contains(words))
                      .count()
                  == times;
            });
  }

  @Test
  void shouldSayWhenItBeginsToDoubtItselfAndWhenItTrustsItselfAgain() throws Exception {
    probes.tellDoubt();
    probes.follow(site());
    await().atMost(Duration.ofSeconds(10)).until(() -> found.size() == BACKENDS);
    awaitSaid("", 0);
    answering = new CountDownLatch(1);
    awaitSaid(" of 4 backends are silent at once", 1);
    answering.countDown();
    awaitSaid("trusts its own probes again", 1);
    assertThat(said.list).hasSize(2);
  }
}
