package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.ApplyOptions;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Change;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ChangeFeedTest {
  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();
  private final FeedRecorder recorder = new FeedRecorder();
  private ChangeFeed feed;

  @AfterEach
  void closeTheFeed() {
    if (feed != null) {
      feed.close();
    }
  }

  @Test
  void shouldListAndThenStreamEachTransaction() {
    apply(3, 1);
    follow(FeedMode.AUTO);
    long n =
        postgres
            .store()
            .apply(Yaml.backend("web", "b1", 7), ApplyOptions.NONE, "test")
            .revision()
            .n();
    soon().until(() -> recorder.n() == n);
    assertThat(recorder.listings()).isEqualTo(1);
    assertThat(recorder.changes())
        .singleElement()
        .satisfies(
            change ->
                assertThat(change.upserts())
                    .singleElement()
                    .satisfies(
                        item -> assertThat(item.key()).isEqualTo(ItemKey.backend("web", "b1"))));
  }

  @Test
  void shouldStreamDeletionsWithWhatWentAlong() {
    apply(2, 1);
    var status = new BackendStatus("web", "b1", Verdict.HEALTHY, "", 0, Instant.EPOCH);
    postgres.store().observeUnfenced(List.of(status), "test");
    follow(FeedMode.AUTO);
    long n =
        postgres
            .store()
            .delete(ItemKey.backend("web", "b1"), Optional.empty(), "test")
            .revision()
            .n();
    soon().until(() -> recorder.n() == n);
    assertThat(recorder.changes().getFirst().deletes())
        .containsExactlyInAnyOrder(
            ItemKey.backend("web", "b1"), new ItemKey(Kind.BACKEND_STATUS, "web/b1"));
  }

  @Test
  void shouldFollowBySqlWhenAsked() throws SQLException {
    apply(3, 1);
    follow(FeedMode.POLL);
    apply(2, 1);
    long n = apply(2, 5);
    soon().until(() -> recorder.n() == n);
    assertThat(recorder.changes().getLast().deletes()).isSubsetOf(ItemKey.backend("web", "b2"));
    assertThat(recorder.state()).isEqualTo(list());
    assertThat(recorder.listings()).isEqualTo(1);
  }

  @Test
  void shouldServeByPollingAndNameWhoBlocksTheWalAndMoveToItAfterwards() throws SQLException {
    try (Connection idle = postgres.connect()) {
      idle.setClientInfo("ApplicationName", "somebody idle");
      idle.setAutoCommit(false);
      try (var statement = idle.createStatement()) {
        statement.execute("CREATE TABLE public.unrelated ()");
      }
      feed = ChangeFeed.start(postgres.database(), FeedMode.AUTO, recorder);
      soon().until(() -> feed.status().reason().contains("somebody idle"));
      assertThat(feed.status().mode()).isEqualTo(FeedStatus.Mode.POLL);
      assertThat(feed.status().reason())
          .contains("waits for an older transaction: process")
          .contains("idle in transaction");
      long n = apply(3, 1);
      soon().until(() -> recorder.n() == n);
      idle.rollback();
    }
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.WAL);
    long n = apply(3, 2);
    soon().until(() -> recorder.n() == n);
    assertThat(recorder.listings()).isEqualTo(1);
    assertThat(feed.counters().streamed()).isEqualTo(1);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldCloseWhileItsSlotIsBlocked() throws SQLException {
    try (Connection idle = postgres.connect()) {
      idle.setAutoCommit(false);
      try (var statement = idle.createStatement()) {
        statement.execute("CREATE TABLE public.unrelated ()");
      }
      feed = ChangeFeed.start(postgres.database(), FeedMode.WAL, recorder);
      soon().until(() -> feed.status().reason().contains("waits for an older transaction"));
      long startedNanos = System.nanoTime();
      feed.close();
      assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
          .isLessThan(Duration.ofSeconds(2));
      idle.rollback();
    }
    soon().until(() -> postgres.query("SELECT count(*) FROM pg_replication_slots").equals("0"));
  }

  @Test
  void shouldLeaveNoSlotAndNoThreadBehind() {
    follow(FeedMode.AUTO);
    assertThat(postgres.query("SELECT count(*) FROM pg_replication_slots")).isEqualTo("1");
    long startedNanos = System.nanoTime();
    feed.close();
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(2));
    soon().until(() -> postgres.query("SELECT count(*) FROM pg_replication_slots").equals("0"));
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("change-feed"));
  }

  @Test
  void shouldComeBackWhenItsConnectionIsCut() throws SQLException {
    follow(FeedMode.AUTO);
    postgres.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");
    long n = apply(3, 1);
    soon().until(() -> recorder.n() == n);
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.WAL);
    assertThat(recorder.listings()).isEqualTo(2);
    assertThat(feed.counters().disconnections()).isEqualTo(1);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldComeBackAfterAKillOfPostgres() throws SQLException {
    apply(3, 1);
    follow(FeedMode.AUTO);
    ProcessHandle.of(postgres.server().pid()).orElseThrow().destroyForcibly();
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.DISCONNECTED);
    long n =
        await()
            .atMost(Duration.ofSeconds(20))
            .ignoreExceptions()
            .until(() -> apply(3, 2), _ -> true);
    soon().until(() -> recorder.n() == n && feed.status().mode() == FeedStatus.Mode.WAL);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldNoticeAPathThatHasDied() throws Exception {
    try (var relay = new TcpRelay(postgres.server().port())) {
      feed =
          ChangeFeed.start(
              relay.through(postgres.settings()),
              FeedMode.AUTO,
              recorder,
              Clock.systemUTC(),
              RandomGenerator.getDefault());
      soon().until(() -> feed.status().mode() == FeedStatus.Mode.WAL);
      relay.freeze();
      long n = apply(3, 1);
      soon().until(() -> feed.status().mode() == FeedStatus.Mode.DISCONNECTED);
      relay.thaw();
      soon().until(() -> recorder.n() == n && feed.status().mode() == FeedStatus.Mode.WAL);
      assertThat(recorder.state()).isEqualTo(list());
      feed.close();
    }
  }

  @Test
  void shouldNotKeepAServerWaitingThatShutsDown() throws Exception {
    apply(3, 1);
    follow(FeedMode.AUTO);
    ProcessHandle server = ProcessHandle.of(postgres.server().pid()).orElseThrow();
    long startedNanos = System.nanoTime();
    Signals.send("INT", List.of(server));
    server.onExit().get(10, TimeUnit.SECONDS);
    System.out.println(
        "shut down under a feed in "
            + Duration.ofNanos(System.nanoTime() - startedNanos).toMillis()
            + " ms");
    long n =
        await()
            .atMost(Duration.ofSeconds(20))
            .ignoreExceptions()
            .until(() -> apply(3, 2), _ -> true);
    soon().until(() -> recorder.n() == n && feed.status().mode() == FeedStatus.Mode.WAL);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldStopAtTheLastGoodStateBeforeARowItCannotRead() throws SQLException {
    long n = apply(3, 1);
    follow(FeedMode.AUTO);
    writePastTheStore("INSERT INTO ballast.fleet VALUES ('later', 99, '{}', %d)");
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.DISCONNECTED);
    soon()
        .until(
            () ->
                feed.status()
                    .reason()
                    .equals(
                        "Fleet later was written by a newer version (format 99): upgrade this one"));
    assertThat(recorder.n()).isEqualTo(n);
    writePastTheStore("DELETE FROM ballast.fleet WHERE name = 'later' AND revision < %d");
    soon().until(() -> recorder.n() == n + 2 && feed.status().mode() == FeedStatus.Mode.WAL);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldListAgainAfterATruncate() throws SQLException {
    apply(3, 1);
    var status = new BackendStatus("web", "b1", Verdict.HEALTHY, "", 0, Instant.EPOCH);
    postgres.store().observeUnfenced(List.of(status), "test");
    follow(FeedMode.AUTO);
    postgres.execute("ALTER TABLE ballast.backend_status DISABLE TRIGGER USER");
    postgres.execute("TRUNCATE ballast.backend_status");
    soon()
        .until(() -> recorder.listings() >= 2 && recorder.state().statusOf("web", "b1").isEmpty());
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.WAL);
    assertThat(feed.counters().relistings()).isEqualTo(1);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldListAgainAfterAWriteThatTookNoRevision() throws SQLException {
    apply(3, 1);
    follow(FeedMode.AUTO);
    postgres.execute("ALTER TABLE ballast.backend DISABLE TRIGGER USER");
    postgres.execute("DELETE FROM ballast.backend WHERE name = 'b0'");
    soon().until(() -> recorder.listings() >= 2 && recorder.state().backends("web").count() == 2);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldKeepALargeValueThatAnUpdateDidNotTouch() throws SQLException {
    // Beyond the 2 kB of a TOASTed value even when it is compressed: 1,000 random hosts.
    var random = new SplittableRandom(1);
    String hosts =
        random
            .longs(1_000)
            .mapToObj(value -> Long.toHexString(value) + ".example.test")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    postgres
        .store()
        .apply(
            Yaml.documents(
                "kind: LoadBalancer\nname: big\ndomain: old.test\nhosts: [" + hosts + "]\n"),
            ApplyOptions.NONE,
            "test");
    follow(FeedMode.AUTO);
    writePastTheStore("UPDATE ballast.load_balancer SET domain = 'new.test', revision = %d");
    soon().until(() -> recorder.n() == 3);
    assertThat(feed.counters().relistings()).isZero();
    assertThat(recorder.state().loadBalancers())
        .singleElement()
        .satisfies(
            loadBalancer -> {
              assertThat(loadBalancer.domain()).isEqualTo("new.test");
              assertThat(loadBalancer.hosts()).hasSize(1_000);
            });
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldPollAndSayHowToMendAMissingPublication() {
    postgres.execute("DROP PUBLICATION ballast");
    feed = ChangeFeed.start(postgres.database(), FeedMode.AUTO, recorder);
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.POLL);
    assertThat(feed.status().reason())
        .contains("CREATE PUBLICATION ballast FOR TABLE ballast.fleet");
    long n = apply(3, 1);
    soon().until(() -> recorder.n() == n);
    assertThat(postgres.database().preflight())
        .filteredOn(finding -> !finding.isOk())
        .singleElement()
        .satisfies(finding -> assertThat(finding.name()).isEqualTo("publication"));
  }

  @Test
  void shouldNoticeAPublicationThatIsTakenAwayUnderIt() {
    follow(FeedMode.AUTO);
    postgres.execute("DROP PUBLICATION ballast");
    long n = apply(3, 1);
    soon().until(() -> recorder.n() == n);
    soon().until(() -> feed.status().reason().contains("CREATE PUBLICATION"));
    assertThat(feed.status().mode()).isEqualTo(FeedStatus.Mode.POLL);
  }

  @Test
  void shouldBeginAnewWhenItsListenerFails() throws SQLException {
    var failures = new AtomicInteger();
    FeedListener fragile =
        new FeedListener() {
          @Override
          public void listed(Snapshot whole) {
            recorder.listed(whole);
          }

          @Override
          public void committed(Change change) {
            if (failures.getAndIncrement() == 0) {
              throw new IllegalStateException("the listener's own fault");
            }
            recorder.committed(change);
          }

          @Override
          public void status(FeedStatus status) {
            recorder.status(status);
          }
        };
    feed = ChangeFeed.start(postgres.database(), FeedMode.AUTO, fragile);
    soon().until(() -> feed.status().mode() == FeedStatus.Mode.WAL);
    long n = apply(3, 1);
    soon().until(() -> recorder.n() == n);
    assertThat(recorder.statuses())
        .anyMatch(status -> status.reason().contains("the listener's own fault"));
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldStreamATransactionOfTenThousandBackends() throws SQLException {
    follow(FeedMode.AUTO);
    long n = apply(10_000, 1);
    soon().until(() -> recorder.n() == n);
    assertThat(recorder.changes()).hasSize(1);
    assertThat(recorder.state()).isEqualTo(list());
  }

  @Test
  void shouldListAgainWhenTheTombstonesItNeedsAreGone() throws SQLException {
    apply(3, 1);
    Snapshot old = list();
    apply(2, 1);
    postgres.execute("UPDATE ballast.revision SET tombstones_after = n");
    try (var follower = SqlFollower.connect(postgres.settings())) {
      assertThat(follower.poll(old.revision())).isInstanceOf(SqlFollower.Poll.Unclear.class);
      assertThat(follower.poll(list().revision())).isInstanceOf(SqlFollower.Poll.Nothing.class);
    }
  }

  /** Past the store; the statement is given its revision. */
  private void writePastTheStore(String sql) throws SQLException {
    try (Connection connection = postgres.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      try (var row = statement.executeQuery("SELECT ballast.raise_revision()")) {
        row.next();
        statement.execute(sql.replace("%d", row.getString(1)));
      }
      connection.commit();
    }
  }

  private void follow(FeedMode mode) {
    feed = ChangeFeed.start(postgres.database(), mode, recorder);
    FeedStatus.Mode expected = mode == FeedMode.POLL ? FeedStatus.Mode.POLL : FeedStatus.Mode.WAL;
    soon().until(() -> feed.status().mode() == expected);
  }

  private long apply(int backends, int weight) {
    return postgres
        .store()
        .apply(Yaml.pool("web", backends, weight), new ApplyOptions(false, false, true), "test")
        .revision()
        .n();
  }

  private Snapshot list() throws SQLException {
    try (var follower = SqlFollower.connect(postgres.settings())) {
      return follower.list();
    }
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(10));
  }
}
