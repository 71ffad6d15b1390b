package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * List and stream together equal the tables at every revision, whoever writes and whenever a feed starts. A failure is
 * repeated with {@code -Dballast.seed=…}: the writers' choices follow from the seed, their interleaving does not. {@code
 * -Dballast.writes=… -Dballast.feeds=…} make it longer.
 */
final class FeedConsistencyTest {
  private static final int WRITERS = 4;
  private static final int WRITES_EACH = Integer.getInteger("ballast.writes", 150);
  private static final int FEEDS = Integer.getInteger("ballast.feeds", 16);
  private static final int FEEDS_AT_ONCE = 9;

  private static final List<FeedMode> MODES = List.of(FeedMode.AUTO, FeedMode.WAL, FeedMode.POLL);

  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();
  private final List<FeedRecorder> recorders = new ArrayList<>();
  private final List<FeedRecorder> walRecorders = new ArrayList<>();

  @Test
  void shouldEqualTheTablesAtEveryRevision() throws Exception {
    long seed = Long.getLong("ballast.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    Journal.install(postgres);
    var feeds = new ArrayList<ChangeFeed>();
    var written = new AtomicInteger();

    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      var running = new ArrayList<Future<Void>>();
      for (int i = 0; i < WRITERS; i++) {
        running.add(writers.submit(writing(random.split(), written)));
      }
      for (int i = 0; i < FEEDS; i++) {
        int startAt = (i + 1) * WRITERS * WRITES_EACH / (FEEDS + 1);
        await()
            .pollInterval(Duration.ofMillis(1))
            .until(() -> written.get() >= startAt || running.stream().allMatch(Future::isDone));
        feeds.add(start(MODES.get(i % MODES.size()), new FeedRecorder()));
        if (feeds.size() > FEEDS_AT_ONCE) {
          feeds.removeFirst().close();
        }
      }
      for (Future<Void> writer : running) {
        writer.get();
      }
    }
    long last = Long.parseLong(postgres.query("SELECT n FROM ballast.revision"));
    var openFeeds = recorders.subList(recorders.size() - feeds.size(), recorders.size());
    await("every feed at revision " + last)
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(openFeeds).allMatch(recorder -> recorder.n() == last));
    feeds.forEach(ChangeFeed::close);
    assertThat(feeds)
        .as("nobody had to list again")
        .allMatch(feed -> feed.counters().relistings() == 0);

    NavigableMap<Long, Snapshot> tables = Journal.replay(postgres, postgres.database().epoch());
    recorders.forEach(recorder -> requireEqual(recorder, tables));
    walRecorders.forEach(FeedConsistencyTest::requireEveryRevision);
    System.out.printf(
        "%d revisions, %d states of %d feeds compared%n",
        last,
        recorders.stream().mapToInt(recorder -> recorder.states().size()).sum(),
        recorders.size());
  }

  private Callable<Void> writing(SplittableRandom random, AtomicInteger written) {
    var writer = new RandomWriter(postgres, random);
    return () -> {
      for (int i = 0; i < WRITES_EACH; i++) {
        writer.write();
        written.incrementAndGet();
      }
      return null;
    };
  }

  private ChangeFeed start(FeedMode mode, FeedRecorder recorder) {
    recorders.add(recorder);
    if (mode == FeedMode.WAL) {
      walRecorders.add(recorder);
    }
    return ChangeFeed.start(postgres.database(), mode, recorder);
  }

  private static void requireEqual(FeedRecorder recorder, NavigableMap<Long, Snapshot> tables) {
    assertThat(recorder.states()).isNotEmpty();
    for (Snapshot state : recorder.states()) {
      // A revision that only wrote tombstones left the tables as they were.
      Snapshot expected = tables.floorEntry(state.revision().n()).getValue();
      assertThat(state.items()).as("state at %s", state.revision()).isEqualTo(expected.items());
    }
  }

  private static void requireEveryRevision(FeedRecorder recorder) {
    assertThat(recorder.changes())
        .allMatch(change -> change.revision().n() == change.prev().n() + 1);
  }
}
