package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.ProbingSettings;
import dev.ballast.locks.MemoryEngine;
import dev.ballast.model.View;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrchestratorTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final LongSupplier NANOS = System::nanoTime;

  @TempDir Path directory;
  private final FaultyEngine faulty = new FaultyEngine(new MemoryEngine(System::nanoTime));

  private Orchestrator start(int port, Optional<Path> caFile) throws IOException {
    var sync =
        new SyncSettings(
            List.of(URI.create("http://127.0.0.1:1")),
            "token",
            caFile,
            new View.Targets(),
            SyncMode.PUSH_PULL,
            Duration.ofSeconds(30),
            directory.resolve("state"));
    var settings =
        new OrchestratorSettings(
            "o-1",
            OrchestratorSettings.DEFAULT_TTL,
            sync,
            ProbingSettings.DEFAULT,
            new InetSocketAddress(LOOPBACK, port));
    Statuses nowhere =
        _ -> {
          throw new IllegalStateException("nothing is to be written");
        };
    return Orchestrator.start(
        settings,
        nowhere,
        faulty.engine(),
        new Orchestrator.World(InstantSource.system(), NANOS, new Random(1)));
  }

  private static long probers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ballast-probes"))
        .count();
  }

  @Test
  void shouldLeaveNothingBehindWhereItCanNotBeStarted() throws IOException {
    long before = probers();
    int port;
    try (var free = new ServerSocket(0, 1, LOOPBACK)) {
      port = free.getLocalPort();
    }
    assertThatThrownBy(() -> start(port, Optional.of(directory.resolve("missing.crt"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(faulty.isClosed()).isTrue();
    await().until(() -> probers() == before);
    try (var again = new ServerSocket(port, 1, LOOPBACK)) {
      assertThat(again.isBound()).isTrue();
    }
  }

  @Test
  void shouldLeaveTheEngineOpenWhereThePortIsTaken() throws IOException {
    try (var taken = new ServerSocket(0, 1, LOOPBACK)) {
      assertThatThrownBy(() -> start(taken.getLocalPort(), Optional.empty()))
          .isInstanceOf(IOException.class);
      assertThat(faulty.isClosed()).isFalse();
    }
  }

  @Test
  void shouldCloseEverythingInTheEnd() throws IOException {
    long before = probers();
    var orchestrator = start(0, Optional.empty());
    assertThat(orchestrator.admin().getPort()).isPositive();
    orchestrator.close();
    await().until(() -> probers() == before);
    assertThat(faulty.isClosed()).isTrue();
  }

  @Test
  void shouldGoByTheLatestOfTheConfigurationsThatWait() {
    var world = new World().pool("web", true);
    var loop = new DeskLoop(NANOS);
    try (loop) {
      loop.use(world.snapshot());
      var last = world.backend("web", "b1", 1).snapshot();
      loop.use(last);
      loop.start(new Desk(new NotedHands(), InstantSource.system(), NANOS));
      assertThat(loop.call(Desk::revision).join()).contains(last.revision());
      var next = world.backend("web", "b2", 2).snapshot();
      loop.use(next);
      assertThat(loop.call(Desk::revision).join()).contains(next.revision());
    }
  }
}
