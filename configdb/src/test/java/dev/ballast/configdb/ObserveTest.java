package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Pool;
import dev.ballast.model.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may write verdicts, and what becomes of those of others. */
final class ObserveTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int THOUSANDS = 5_000;

  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();
  private LockSchema locks;

  @BeforeEach
  void prepare() {
    locks = LockSchema.make(postgres);
    postgres.store().apply(Yaml.pool("web", 3, 1), ApplyOptions.NONE, "test");
    locks.open("one-1", LONG);
    locks.open("two-1", LONG);
  }

  private static BackendStatus status(int backend, Verdict verdict) {
    return new BackendStatus(
        "web", "b" + backend, verdict, "status 503, wanted 200–299", 1.5, Instant.EPOCH);
  }

  private static Observation unhealthy(int backend, Fence fence) {
    return new Observation(status(backend, Verdict.UNHEALTHY), fence);
  }

  private Observed observe(Observation... observations) {
    return postgres.store().observe(List.of(observations), "orchestrator-1");
  }

  private String written() {
    return postgres.query("SELECT string_agg(name, ',' ORDER BY name) FROM ballast.backend_status");
  }

  private String revision() {
    return postgres.query("SELECT n FROM ballast.revision");
  }

  @Test
  void shouldWriteWhatIsSaidByWhoHoldsTheLock() {
    Fence fence = locks.take("one-1", "part/1");

    Observed observed = observe(unhealthy(0, fence), unhealthy(1, fence));

    assertThat(observed.applied().revision().n()).isEqualTo(3);
    assertThat(observed.applied().plan().upserts())
        .containsExactly(status(0, Verdict.UNHEALTHY), status(1, Verdict.UNHEALTHY));
    assertThat(observed.stale()).isZero();
    assertThat(observed.gone()).isZero();
    assertThat(postgres.store().history(1, Long.MAX_VALUE).getFirst().who())
        .isEqualTo("orchestrator-1");
  }

  @Test
  void shouldSkipAndCountWhatIsSaidUnderATokenOfTheOwnerBefore() {
    Fence old = locks.take("one-1", "part/1");
    Fence other = locks.take("one-1", "part/2");
    locks.close("one-1");
    Fence fresh = locks.take("two-1", "part/1");

    Observed observed = observe(unhealthy(0, old), unhealthy(1, fresh), unhealthy(2, other));

    assertThat(fresh.token()).isGreaterThan(old.token());
    assertThat(observed.stale()).isEqualTo(2);
    assertThat(written()).isEqualTo("b1");
  }

  @Test
  void shouldNotTakeATokenForThatOfAnotherLock() {
    Fence fence = locks.take("one-1", "part/1");

    assertThat(observe(unhealthy(0, new Fence("part/2", fence.token()))).stale()).isEqualTo(1);
    assertThat(written()).isEqualTo("null");
  }

  @Test
  void shouldSkipWhatIsSaidUnderALeaseThatHasRunOutThoughNobodyHasTakenTheLock() {
    Fence fence = locks.take("one-1", "part/1");
    locks.letRunOut("one-1");

    assertThat(observe(unhealthy(0, fence)).stale()).isEqualTo(1);
    assertThat(written()).isEqualTo("null");
  }

  @Test
  void shouldTakeNoRevisionWhenNothingIsWritten() {
    Fence fence = locks.take("one-1", "part/1");
    observe(unhealthy(0, fence));
    String before = revision();

    Observed again =
        observe(unhealthy(0, fence), unhealthy(9, fence), unhealthy(1, new Fence("part/1", 0)));

    assertThat(again.applied().isChanged()).isFalse();
    assertThat(again.stale()).isEqualTo(1);
    assertThat(again.gone()).isEqualTo(1);
    assertThat(again.applied().revision().n()).isEqualTo(Long.parseLong(before));
    assertThat(revision()).isEqualTo(before);
    assertThat(observe().applied().isChanged()).isFalse();
  }

  @Test
  void shouldCountTheLastOfSeveralAboutOneBackend() {
    Fence fence = locks.take("one-1", "part/1");

    observe(
        unhealthy(0, fence),
        new Observation(status(0, Verdict.HEALTHY), fence),
        unhealthy(0, new Fence("part/1", 0)));

    assertThat(postgres.query("SELECT spec->>'verdict' FROM ballast.backend_status"))
        .isEqualTo("healthy");
  }

  @Test
  void shouldSkipAndCountVerdictsOnBackendsThatAreGone() {
    Fence fence = locks.take("one-1", "part/1");
    observe(unhealthy(0, fence));
    postgres.store().delete(ItemKey.backend("web", "b0"), Optional.empty(), "test");

    Observed observed = observe(unhealthy(0, fence), unhealthy(1, fence));

    assertThat(observed.gone()).isEqualTo(1);
    assertThat(written()).isEqualTo("b1");
    assertThat(
            postgres.query("SELECT revision FROM ballast.tombstone WHERE kind = 'BackendStatus'"))
        .isEqualTo("4");
  }

  /** The check comes when this is the only writer, however long it has waited for that. */
  @Test
  void shouldSkipWhatIsSaidUnderALeaseThatRunsOutWhileAnotherWriterIsWaitedFor()
      throws SQLException {
    Fence fence = locks.take("one-1", "part/1");
    CompletableFuture<Observed> observed;
    try (Connection writer = postgres.connect();
        var statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("SELECT ballast.raise_revision()");
      observed = CompletableFuture.supplyAsync(() -> observe(unhealthy(0, fence)));
      awaitWaitingFor("raise_revision");
      locks.letRunOut("one-1");
      writer.rollback();
    }
    assertThat(observed.join().stale()).isEqualTo(1);
    assertThat(written()).isEqualTo("null");
  }

  @Test
  void shouldLetNobodyElseTakeTheLockBetweenTheCheckAndTheCommit() throws SQLException {
    Fence fence = locks.take("one-1", "part/1");
    postgres.execute(
        """
        CREATE FUNCTION ballast.linger() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END';
        CREATE TRIGGER linger BEFORE INSERT ON ballast.backend_status
          FOR EACH ROW EXECUTE FUNCTION ballast.linger();
        """);
    CompletableFuture<Observed> observed;
    try (Connection obstacle = postgres.connect();
        var statement = obstacle.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(42)");
      observed = CompletableFuture.supplyAsync(() -> observe(unhealthy(0, fence)));
      awaitWaitingFor("backend_status");
      // As the lease is held by the transaction, its end is no longer seen: not by who would take
      // the lock.
      assertThat(locks.claim("two-1", "part/1")).isEqualTo("null");
    }
    assertThat(observed.join().applied().isChanged()).isTrue();
    locks.close("one-1");
    assertThat(locks.take("two-1", "part/1").token()).isGreaterThan(fence.token());
  }

  private void awaitWaitingFor(String statement) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                postgres.query(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"
                        + statement
                        + "%'"),
            "1"::equals);
  }

  @Test
  void shouldWriteThousandsOfVerdictsInOneTransaction() {
    postgres
        .store()
        .apply(Yaml.pool("web", THOUSANDS, 1), new ApplyOptions(false, false, true), "test");
    List<Fence> fences = locks.take("one-1", 256);
    List<BackendStatus> statuses =
        IntStream.range(0, THOUSANDS).mapToObj(ObserveTest::withHistory).toList();
    var times = new ArrayList<Duration>();
    for (int round = 0; round < 5; round++) {
      Verdict verdict = round % 2 == 0 ? Verdict.UNHEALTHY : Verdict.HEALTHY;
      statuses = statuses.stream().map(before -> next(before, verdict)).toList();
      List<BackendStatus> meant = statuses;
      List<Observation> observations =
          IntStream.range(0, THOUSANDS)
              .mapToObj(i -> new Observation(meant.get(i), fences.get(i % 256)))
              .toList();
      String before = revision();
      long start = System.nanoTime();
      Observed observed = postgres.store().observe(observations, "orchestrator-1");
      times.add(Duration.ofNanos(System.nanoTime() - start));
      assertThat(observed.applied().plan().upserts()).hasSize(THOUSANDS);
      assertThat(observed.applied().revision().n()).isEqualTo(Long.parseLong(before) + 1);
    }
    System.out.println(THOUSANDS + " verdicts under 256 fences in one transaction: " + times);
    // Another writer waits for this one no longer than that.
    assertThat(times).allSatisfy(time -> assertThat(time).isLessThan(Duration.ofSeconds(5)));
  }

  private static BackendStatus withHistory(int backend) {
    var status = status(backend, Verdict.HEALTHY);
    for (int past = 0; past < BackendStatus.HISTORY_LIMIT; past++) {
      status = next(status, past % 2 == 0 ? Verdict.UNHEALTHY : Verdict.HEALTHY);
    }
    return status;
  }

  private static BackendStatus next(BackendStatus before, Verdict verdict) {
    return before.next(verdict, "status 503, wanted 200–299", 1.5, before.since().plusSeconds(1));
  }

  @Test
  void shouldRefuseMoreThanTheLimit() {
    var many = java.util.Collections.nCopies(50_001, unhealthy(0, new Fence("part/1", 1)));
    assertThatThrownBy(() -> postgres.store().observe(many, "test"))
        .hasMessage("50001 observations at once; the limit is 50000");
  }

  @Test
  void shouldTakeNothingButStatuses() {
    Pool pool = (Pool) Yaml.documents("kind: Pool\nname: web").resources().iterator().next();
    assertThatThrownBy(() -> new Observation(pool, new Fence("part/1", 1)))
        .hasMessage(new ItemKey(Kind.POOL, "web") + " is not a status");
  }

  @Test
  void shouldWriteNothingWhereTheLocksAreElsewhere() {
    postgres.execute("DROP SCHEMA ballast_locks CASCADE");
    assertThatThrownBy(() -> observe(unhealthy(0, new Fence("part/1", 1))))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("schema \"ballast_locks\" does not exist");
  }
}
