package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import dev.ballast.model.WatchLine;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private TestController controller() {
    return controller(WatchLimits.defaults());
  }

  private TestController controller(WatchLimits limits) {
    var controller =
        new TestController(
            new FakeDatabase(),
            settings -> settings.withWatch(limits).withPatience(Duration.ofMillis(200)));
    open.add(controller);
    return controller;
  }

  private static WatchLimits pace(Duration heartbeat) {
    return new WatchLimits(
        8, 100, 1_024, 8 << 20, heartbeat, Duration.ofMillis(50), Duration.ofSeconds(10));
  }

  /** A watch whose lines are taken one by one. */
  private final class Lines implements AutoCloseable {
    private final Stream<String> stream;
    private final Iterator<String> lines;

    Lines(TestController controller, View view, Revision from) {
      var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      open.add(client::shutdownNow);
      HttpResponse<Stream<String>> answer;
      try {
        answer =
            client.send(
                controller.request("/v1/watch?view=" + view + "&from=" + from).build(),
                HttpResponse.BodyHandlers.ofLines());
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
      stream = answer.body();
      lines = stream.iterator();
      open.add(this);
    }

    String next() {
      return lines.next();
    }

    boolean hasEnded() {
      return !lines.hasNext();
    }

    /** Whether nothing more comes, be it after a last chunk or because the connection has gone. */
    boolean isOver() {
      try {
        return hasEnded();
      } catch (UncheckedIOException cutOff) {
        return true;
      }
    }

    @Override
    public void close() {
      stream.close();
    }
  }

  private static Snapshot list(TestController controller, View view) {
    return Wire.readSnapshot(controller.get("/v1/snapshot?view=" + view).body());
  }

  @Test
  void shouldBeginWithABookmarkWhenThereIsNothingToTell() {
    TestController controller = controller();
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);

    assertThat(Wire.readLine(lines.next()))
        .isEqualTo(
            new WatchLine.Bookmark(FakeDatabase.START, controller.database.state().checksum()));
  }

  @Test
  void shouldSendEachTransactionAsOneLineAtOnce() {
    TestController controller = controller();
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);
    lines.next();
    long startNanos = System.nanoTime();
    controller.apply(ApiTest.WEB);

    assertThat(Wire.readLine(lines.next()))
        .isInstanceOfSatisfying(
            WatchLine.Changed.class,
            line -> {
              assertThat(line.change().upserts()).hasSize(4);
              assertThat(line.change().prev()).isEqualTo(FakeDatabase.START);
            });
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(LONG);
  }

  @Test
  void shouldSendABookmarkSoonWhenTheCatalogMovedWithoutTouchingTheView() {
    TestController controller = controller(pace(Duration.ofMinutes(1)));
    var lines = new Lines(controller, new View.Dns(), FakeDatabase.START);
    lines.next();
    controller.database.commit(List.of(RandomWrites.pool("web", 1)), List.of());

    assertThat(Wire.readLine(lines.next()))
        .isInstanceOfSatisfying(
            WatchLine.Bookmark.class,
            line -> assertThat(line.revision()).isEqualTo(FakeDatabase.START.withN(2)));
  }

  @Test
  void shouldSendBookmarksInSilence() {
    TestController controller = controller(pace(Duration.ofMillis(20)));
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);

    for (int beat = 0; beat < 5; beat++) {
      assertThat(Wire.readLine(lines.next())).isInstanceOf(WatchLine.Bookmark.class);
    }
  }

  @Test
  void shouldAnswer410WhenTheRevisionHasLeftTheWindow() {
    var limits = pace(Duration.ofSeconds(1));
    TestController controller =
        controller(
            new WatchLimits(
                8, 100, 2, 1 << 20, limits.heartbeat(), limits.bookmarkDelay(), limits.stall()));
    list(controller, new View.All());
    for (int n = 0; n < 5; n++) {
      controller.database.commit(List.of(RandomWrites.pool("web", n)), List.of());
    }

    var answer = controller.get("/v1/watch?view=all&from=" + FakeDatabase.START);

    assertThat(answer.statusCode()).isEqualTo(410);
    assertThat(answer.body()).contains("list again");
  }

  @Test
  void shouldAnswer410ToARevisionOfAnotherEpoch() {
    assertThat(controller().get("/v1/watch?view=all&from=00000000.1").statusCode()).isEqualTo(410);
  }

  @Test
  void shouldAnswer503ToARevisionThatItHasNotReached() {
    var answer = controller().get("/v1/watch?view=all&from=9f3a1c2e.2");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("urn:ballast:problem:lagging");
  }

  @Test
  void shouldAnswer400ToAViewThatIsNone() {
    assertThat(controller().get("/v1/watch?view=fleet&from=9f3a1c2e.1").statusCode())
        .isEqualTo(400);
  }

  @Test
  void shouldRefuseMoreWatchersThanItMay() {
    TestController controller =
        controller(
            new WatchLimits(
                8, 1, 8, 1 << 20, Duration.ofMillis(100), Duration.ZERO, Duration.ofSeconds(9)));
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);

    assertThat(controller.get("/v1/watch?view=all&from=9f3a1c2e.1").statusCode()).isEqualTo(503);
    lines.close();
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              assertThat(controller.json("/v1/status").path("watchers").asInt()).isZero();
              new Lines(controller, new View.All(), FakeDatabase.START).close();
            });
  }

  @Test
  void shouldEndItsWatchesWhenItStops() {
    TestController controller = controller();
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);
    lines.next();
    controller.close();

    assertThat(lines.isOver()).isTrue();
  }

  @Test
  void shouldEndItsWatchesWhenTheEpochChanges() {
    TestController controller = controller();
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);
    lines.next();
    controller.database.become(Snapshot.of(new Revision("00000001", 7), List.of()));

    assertThat(lines.hasEnded()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldKeepAWatcherInStepThatReconnectsAtRandom(long seed) {
    TestController controller = controller(pace(Duration.ofMillis(20)));
    var writes = new RandomWrites(seed);
    var view = new View.FleetView("default");
    var follower = new Follower(list(controller, view));
    for (int connection = 0; connection < 10; connection++) {
      var lines = new Lines(controller, view, follower.snapshot().revision());
      for (int step = writes.below(30); step > 0; step--) {
        writes.commit(controller.database);
      }
      Revision goal =
          writes.below(2) == 0 ? controller.database.state().revision() : FakeDatabase.START;
      while (!follower.snapshot().revision().isAtLeast(goal)) {
        follower.hear(lines.next());
      }
      lines.close();
    }
    var lines = new Lines(controller, view, follower.snapshot().revision());
    while (!follower.snapshot().revision().equals(controller.database.state().revision())) {
      follower.hear(lines.next());
    }

    assertThat(follower.snapshot()).isEqualTo(view.select(controller.database.state()));
  }

  /** Opens a watch and reads nothing of it. */
  private SocketChannel stuckWatcher(TestController controller) throws IOException {
    var channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
    channel.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), controller.uri().getPort()));
    open.add(channel);
    String request =
        "GET /v1/watch?view=all&from=%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(FakeDatabase.START, TestController.TOKEN);
    channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  @Test
  void shouldCutOffASlowWatcherAndNeverDelayAnother() throws Exception {
    TestController controller =
        controller(
            new WatchLimits(
                8, 100, 64, 8 << 20, Duration.ofSeconds(2), Duration.ZERO, Duration.ofMinutes(5)));
    stuckWatcher(controller);
    var lines = new Lines(controller, new View.All(), FakeDatabase.START);
    lines.next();
    await().atMost(LONG).until(() -> controller.json("/v1/status").path("watchers").asInt() == 2);
    BlockingQueue<String> heard = new ArrayBlockingQueue<>(1_024);
    Thread.ofVirtual().start(() -> Stream.generate(lines::next).forEach(heard::add));

    List<Resource> backends = backends(1_000);
    int changes = 0;
    while (!controller.metrics().contains("ended_total{reason=\"left-behind\"} 1.0")) {
      controller.database.commit(backends, List.of());
      changes++;
      assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("9f3a1c2e." + (changes + 1));
      assertThat(changes).as("changes until the slow one is cut off").isLessThan(500);
    }
    assertThat(controller.json("/v1/status").path("watchers").asInt()).isEqualTo(1);
  }

  @Test
  void shouldCutOffAWatcherThatTakesNothing() throws Exception {
    TestController controller =
        controller(
            new WatchLimits(8, 100, 1_024, 64 << 20, LONG, Duration.ZERO, Duration.ofMillis(300)));
    stuckWatcher(controller);
    await().atMost(LONG).until(() -> controller.json("/v1/status").path("watchers").asInt() == 1);
    for (int change = 0; change < 60; change++) {
      controller.database.commit(backends(1_000), List.of());
    }

    await()
        .atMost(LONG)
        .until(() -> controller.metrics().contains("ended_total{reason=\"stalled\"} 1.0"));
  }

  private static List<Resource> backends(int count) {
    var backends = new ArrayList<Resource>();
    for (int index = 0; index < count; index++) {
      backends.add(RandomWrites.backend("web", "b" + index, 1));
    }
    return backends;
  }

  @Test
  void shouldListTenThousandItemsAndFollowThem() {
    TestController controller = controller();
    controller.database.commit(backends(10_000), List.of());

    var follower = new Follower(list(controller, new View.All()));
    assertThat(follower.snapshot().items()).hasSize(10_001);

    var lines = new Lines(controller, new View.All(), follower.snapshot().revision());
    follower.hear(lines.next());
    controller.database.commit(List.of(RandomWrites.backend("web", "b7", 5)), List.of());
    follower.hear(lines.next());

    assertThat(follower.snapshot()).isEqualTo(controller.database.state());
  }

  @Test
  void shouldAnswer304WhenTheItemsAreThoseThatTheClientHas() {
    TestController controller = controller();
    var first = controller.get("/v1/snapshot?view=dns");
    String tag = first.headers().firstValue("ETag").orElseThrow();
    controller.database.commit(List.of(RandomWrites.pool("web", 1)), List.of());

    var again =
        controller.send(
            controller.request("/v1/snapshot?view=dns").header("If-None-Match", tag).build());

    assertThat(tag).isEqualTo('"' + Wire.readSnapshot(first.body()).checksum() + '"');
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.headers().firstValue("Ballast-Revision")).hasValue("9f3a1c2e.2");
    assertThat(again.headers().firstValue("ETag")).hasValue(tag);
  }

  @Test
  void shouldAnswerTheSnapshotWhenTheItemsDiffer() {
    TestController controller = controller();
    String tag = controller.get("/v1/snapshot?view=all").headers().firstValue("ETag").orElseThrow();
    controller.database.commit(List.of(RandomWrites.pool("web", 1)), List.of());

    var again =
        controller.send(
            controller.request("/v1/snapshot?view=all").header("If-None-Match", tag).build());

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(Wire.readSnapshot(again.body())).isEqualTo(controller.database.state());
    assertThat(again.headers().firstValue("Ballast-Revision")).hasValue("9f3a1c2e.2");
  }
}
