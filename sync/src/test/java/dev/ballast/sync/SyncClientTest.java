package dev.ballast.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.LbServer;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncClientTest {
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir private Path directory;
  private final World world = new World(World.EPOCH);
  private final Random random = new Random(7);
  private final List<Snapshot> used = new CopyOnWriteArrayList<>();
  private final List<SnapshotSource> sources = new CopyOnWriteArrayList<>();
  private final AtomicBoolean isListenerBroken = new AtomicBoolean();
  private FakeController controller;

  @BeforeEach
  void startController() throws IOException {
    controller = new FakeController(world, 0);
  }

  @AfterEach
  void stopController() {
    controller.close();
  }

  private SyncClient follow(SyncMode mode, Duration interval, URI... controllers) {
    return follow(FakeController.TOKEN, mode, interval, controllers);
  }

  private SyncClient follow(String token, SyncMode mode, Duration interval, URI... controllers) {
    var settings =
        new SyncSettings(
            controllers.length == 0 ? List.of(controller.uri()) : List.of(controllers),
            token,
            Optional.empty(),
            View.parse("fleet:default"),
            mode,
            interval,
            directory.resolve("last-good.json"));
    var lbServer =
        new LbServer(
            "lb1", "default", "i1", "127.0.0.1", "http://127.0.0.1:7071", "1", Instant.EPOCH);
    return SyncClient.start(
        settings,
        (snapshot, source) -> {
          if (isListenerBroken.getAndSet(false)) {
            throw new IllegalStateException("the listener is broken");
          }
          used.add(snapshot);
          sources.add(source);
        },
        Optional.of(lbServer),
        InstantSource.system(),
        System::nanoTime,
        new Random(1));
  }

  private void awaitCurrent(Snapshot expected) {
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> !used.isEmpty() && used.getLast().equals(expected));
  }

  @Test
  void shouldListAndThenFollowTheWatch() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      await().until(() -> controller.watches.get() == 1);
      for (int count = 0; count < 20; count++) {
        controller.change(random);
      }
      awaitCurrent(world.now());

      assertThat(controller.lists).hasValue(1);
      assertThat(client.status().connected()).isTrue();
      assertThat(client.status().revision()).contains(world.now().revision());
      assertThat(used).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldOfferAgainWhatTheListenerFailedToUse() {
    isListenerBroken.set(true);
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      controller.change(random);
      awaitCurrent(world.now());

      assertThat(client.status().connected()).isTrue();
    }
  }

  @Test
  void shouldOnlyPollWhenTold() {
    try (var client = follow(SyncMode.PULL, SHORT)) {
      awaitCurrent(world.now());
      controller.change(random);
      awaitCurrent(world.now());

      assertThat(controller.watches).hasValue(0);
      assertThat(client.status().source()).contains(SnapshotSource.POLL);
    }
  }

  @Test
  void shouldFindByPollingWhatTheWatchDidNotTell() {
    try (var client = follow(SyncMode.PUSH_PULL, SHORT)) {
      awaitCurrent(world.now());
      await().until(() -> controller.watches.get() == 1);
      controller.isSilent = true;
      controller.changeInSecret(random);
      awaitCurrent(world.now());

      assertThat(client.status().lists()).isGreaterThan(1);
    }
  }

  @Test
  void shouldListAgainWhenTheChecksumShowsALoss() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      await().until(() -> controller.watches.get() == 1);
      controller.changeInSecret(random);
      awaitCurrent(world.now());

      assertThat(client.status().mismatches()).isEqualTo(1);
    }
  }

  @Test
  void shouldComeBackAfterACut() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      await().until(() -> controller.watches.get() == 1);
      controller.cut();
      controller.changeInSecret(random);
      awaitCurrent(world.now());

      assertThat(controller.lists).hasValue(1);
      assertThat(client.status().mismatches()).isZero();
    }
  }

  @Test
  void shouldTakeSilenceForADeadConnection() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      await().until(() -> controller.watches.get() == 1);
      controller.isSilent = true;
      await().atMost(Duration.ofSeconds(12)).until(() -> controller.watches.get() == 2);

      assertThat(used).containsExactly(world.now());
      assertThat(client.status().connected()).isTrue();
    }
  }

  @Test
  void shouldStartFromDiskWithoutAController() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      assertThat(client.status().held()).isEmpty();
    }
    controller.close();
    used.clear();
    try (var client = follow(SyncMode.PUSH, LONG)) {
      assertThat(used).containsExactly(world.now());
      assertThat(client.status().source()).contains(SnapshotSource.DISK);
      assertThat(client.status().connected()).isFalse();
    }
  }

  @Test
  void shouldTryTheNextController() throws IOException {
    int freed;
    try (var gone = new FakeController(world, 0)) {
      freed = gone.port();
    }
    try (var client =
        follow(SyncMode.PUSH, LONG, URI.create("http://127.0.0.1:" + freed), controller.uri())) {
      awaitCurrent(world.now());

      assertThat(client.status().detail()).contains(controller.uri().toString());
    }
  }

  @Test
  void shouldSayThatTheTokenIsRefused() {
    try (var client = follow("wrong", SyncMode.PUSH, LONG)) {
      await().until(() -> client.status().detail().contains("refuses our token"));

      assertThat(used).isEmpty();
    }
  }

  @Test
  void shouldKeepWhatItHasWhileTheControllerIsBusy() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      controller.refusal = 503;
      controller.cut();
      await().until(() -> client.status().detail().contains("503"));
      assertThat(used.getLast()).isEqualTo(world.now());

      controller.refusal = 0;
      controller.change(random);
      awaitCurrent(world.now());
    }
  }

  @Test
  void shouldHoldAnEmptyDatabaseUntilItIsAccepted() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      awaitCurrent(world.now());
      var other = World.empty("00000002");
      controller.replace(other);
      await().atMost(Duration.ofSeconds(10)).until(() -> client.status().held().isPresent());
      assertThat(used.getLast()).isEqualTo(world.now());

      client.acceptHeld();
      awaitCurrent(other.now());
      assertThat(client.status().held()).isEmpty();
    }
  }

  @Test
  void shouldRegisterAtEveryNewContact() {
    try (var client = follow(SyncMode.PUSH, LONG)) {
      await().until(() -> controller.registrations.size() == 1);
      controller.refusal = 503;
      controller.cut();
      await().until(() -> !client.status().connected());
      controller.refusal = 0;
      await().atMost(Duration.ofSeconds(10)).until(() -> controller.registrations.size() == 2);

      assertThat(controller.registrations.getFirst())
          .startsWith("PUT /v1/lbservers/lb1 {\"fleet\":\"default\",\"instance\":\"i1\"");
    }
  }
}
