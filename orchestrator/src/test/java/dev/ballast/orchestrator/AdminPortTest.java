package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Probing;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminPortTest {
  private static final SyncStatus SYNC =
      new SyncStatus(
          SyncMode.PUSH_PULL,
          true,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          "",
          0,
          0);

  private final Locks locks =
      new Locks(
          new MemoryEngine(System::nanoTime),
          LocksSettings.of("o-1", System::nanoTime, RandomGenerator.getDefault()));
  private final DeskLoop loop = new DeskLoop(System::nanoTime);
  private final Probing probing =
      new Probing(ProbingSettings.DEFAULT, new Random(1), System::nanoTime, (_, _) -> {});
  private final StatusWriter writer =
      new StatusWriter(
          _ -> {
            throw new IllegalStateException("nothing is to be written");
          },
          (_, _) -> {},
          System::nanoTime);
  private final Shares shares =
      new Shares(locks, GroupSettings.of("group", "o-1", Subject.PARTITIONS), loop, writer);
  private final Evidence evidence = new Evidence(loop, probing, System::nanoTime);
  private final HttpClient client = HttpClient.newHttpClient();
  private AdminPort admin;

  @BeforeEach
  void serve() throws IOException {
    admin = AdminPort.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    admin.serve(
        new Reporting(
            "o-1", new Reporting.Sources(loop, probing, writer, shares, evidence, () -> SYNC)));
  }

  @AfterEach
  void close() {
    client.shutdownNow();
    admin.close();
    evidence.close();
    writer.close();
    locks.close();
    probing.close();
    loop.close();
  }

  private void work() {
    loop.start(new Desk(new NotedHands(), Instant::now, System::nanoTime));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:" + admin.address().getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private void assertIll(String why) throws IOException, InterruptedException {
    var answer = get("/healthz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains(why);
  }

  @Test
  void shouldBeWellWhileTheDeskAndTheProberAnswer() throws IOException, InterruptedException {
    work();
    assertThat(get("/healthz").body()).isEqualTo("alive\n");
    assertThat(get("/report").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body()).contains("ballast_orchestrator_shares 0.0");
    assertThat(get("/other").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldNotBeWellWhenTheDeskDoesNotAnswer() throws IOException, InterruptedException {
    assertIll("the desk, where all is decided, has not answered for 2 s");
    work();
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldNotBeWellWithoutAProber() throws IOException, InterruptedException {
    work();
    probing.close();
    assertIll("the prober has ended");
    assertThat(get("/report").statusCode()).isEqualTo(500);
  }

  @Test
  void shouldOutliveAnErrorAtTheDesk() throws IOException, InterruptedException {
    work();
    loop.execute(
        _ -> {
          throw new OutOfMemoryError("as the test wants");
        });
    assertThat(
            loop.call(
                _ -> {
                  throw new StackOverflowError();
                }))
        .failsWithin(java.time.Duration.ofSeconds(5));
    assertThat(get("/healthz").body()).isEqualTo("alive\n");
  }
}
