package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three orchestrators under load lose one of them in every way there is, while a backend of its own dies at that moment: no verdict on
 * what is alive changes, the dead one is convicted, nobody goes unprobed for longer than promised, and no request fails.
 */
class OrchestratorsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final double INTERVAL_MILLIS = OrchestratorSite.INTERVAL.toMillis();

  /** What a machine that does much else may add to a hand-over, which with it still takes no longer than a lease. */
  private static final double HAND_OVER_ALLOWANCE_MILLIS = 1_000;

  /** And to a lease that runs out, where three processes have to notice, join and probe. */
  private static final double DEATH_ALLOWANCE_MILLIS = 3_000;

  private static final double HAND_OVER_MILLIS = 2 * INTERVAL_MILLIS + HAND_OVER_ALLOWANCE_MILLIS;
  private static final double AFTER_DEATH_MILLIS =
      OrchestratorSite.LEASE.toMillis() + 2 * INTERVAL_MILLIS + DEATH_ALLOWANCE_MILLIS;

  /**
   * Three processes start, share out the work and probe; the leases of those that were killed have run out before. The rest is for a machine
   * that does much else.
   */
  private static final double AFTER_START_MILLIS = 10_000;

  private static OrchestratorSite site;
  private static SteadyClient client;

  private SteadyClient.Phase requests;

  @BeforeAll
  static void start() {
    site = new OrchestratorSite("orchestrators");
    client = SteadyClient.start(Web.HOST, site.system().at(Web.HTTP), Duration.ofMillis(20));
  }

  @AfterAll
  static void stop() {
    client.close();
    site.close();
  }

  @BeforeEach
  void begin() {
    site.heal();
    site.restart();
    site.assertVerdicts();
    requests = client.newPhase();
  }

  @Test
  void shouldTakeOverFromOneThatIsKilled() {
    List<ProbedBackend> own = watchedBy("o1");
    long from = System.nanoTime();
    site.orchestrator("o1").process().kill();
    shouldBeTakenOver("killed", own, from);
  }

  /** When it goes on, its lease has run out, and the verdict that it was about to write is skipped. */
  @Test
  void shouldTakeOverFromOneThatIsFrozenInTheMidstOfATransactionAndKeepItsVerdictOut() {
    List<ProbedBackend> own = watchedBy("o3");
    OrchestratorProcess frozen = site.orchestrator("o3");
    long before = frozen.staleWrites();
    site.muteDatabase();
    site.kill(own.getFirst());
    awaitVerdictsThatWait(frozen);
    long from = System.nanoTime();
    frozen.process().signal("STOP");
    site.heal();
    shouldBeTakenOver("frozen", own.subList(1, own.size()), from);

    frozen.process().signal("CONT");
    shouldCountStaleWrites("frozen", frozen, before);
  }

  /** Its verdict reaches the database when others have taken over, and is skipped. */
  @Test
  void shouldTakeOverFromOneThatIsCutFromTheDatabaseAndKeepItsVerdictOut() {
    List<ProbedBackend> own = watchedBy("o3");
    OrchestratorProcess cut = site.orchestrator("o3");
    long before = cut.staleWrites();
    long from = System.nanoTime();
    site.cutFromDatabase();
    shouldBeTakenOver("cut", own, from);

    awaitVerdictsThatWait(cut);
    site.heal();
    shouldCountStaleWrites("cut", cut, before);
  }

  @Test
  void shouldHandOverFromOneThatIsStopped() {
    List<ProbedBackend> own = watchedBy("o2");
    Running stopped = site.orchestrator("o2").process();
    ProbedBackend victim = own.getFirst();
    Instant died = Instant.now();
    long from = System.nanoTime();
    site.kill(victim);
    stopped.signal("TERM");
    double convicted = site.convictedAfterMillis(victim, died);
    assertThat(stopped.awaitExit(PATIENCE)).isZero();
    double gap = gapOf(own, System.nanoTime(), from);
    print("stopped", convicted, gap);

    assertThat(gap).as("gap in ms").isLessThanOrEqualTo(HAND_OVER_MILLIS);
    assertThat(convicted).as("convicted after ms").isLessThanOrEqualTo(HAND_OVER_MILLIS);
    assertAllWell();
  }

  /** LB servers keep the last verdicts, and eject whoever fails them after that. */
  @Test
  void shouldServeByTheLastVerdictsWhenNoneIsLeft() {
    ProbedBackend convicted = site.alive().getFirst();
    site.kill(convicted);
    double _ = site.convictedAfterMillis(convicted, Instant.now());
    awaitStanding(convicted, "unhealthy");
    List.of("o1", "o2", "o3").forEach(name -> site.orchestrator(name).process().kill());
    await("the API says that nobody watches")
        .atMost(PATIENCE)
        .until(
            () ->
                site.system()
                    .api()
                    .get("/v1/orchestrators")
                    .orFail()
                    .json()
                    .path("members")
                    .isEmpty());
    assertThat(site.system().ballast("status").out())
        .contains("none runs", "no orchestrator runs: verdicts stay as they are");

    ProbedBackend victim = site.alive().getFirst();
    site.kill(victim);

    awaitStanding(victim, "ejected");
    awaitStanding(convicted, "unhealthy");
    assertThat(site.table().read().get("web/" + victim.name()).verdict()).isEqualTo("healthy");
    long restarted = System.nanoTime();
    site.restart();
    double late = site.convictedAfterMillis(victim, Instant.now());
    Figures.print(
        "orchestrators_none_left_convicted_after_start_ms", (System.nanoTime() - restarted) / 1e6);
    assertThat(late).as("convicted after ms").isLessThan(AFTER_START_MILLIS);
    assertAllWell();
  }

  private static List<ProbedBackend> watchedBy(String orchestrator) {
    List<ProbedBackend> own = site.watchedBy(orchestrator);
    assertThat(own).as("backends of " + orchestrator).hasSizeGreaterThan(2);
    return own;
  }

  /** One backend of these dies just now, when their orchestrator has been lost. */
  private void shouldBeTakenOver(String how, List<ProbedBackend> own, long from) {
    ProbedBackend victim = own.getFirst();
    Instant died = Instant.now();
    site.kill(victim);
    double convicted = site.convictedAfterMillis(victim, died);
    double gap = gapOf(own, from + Duration.ofMillis((long) AFTER_DEATH_MILLIS).toNanos(), from);
    print(how, convicted, gap);

    assertThat(gap).as("gap in ms").isLessThanOrEqualTo(AFTER_DEATH_MILLIS);
    assertThat(convicted).as("convicted after ms").isLessThanOrEqualTo(AFTER_DEATH_MILLIS);
    assertAllWell();
  }

  /** The longest gap in the probing of these, when all of them have been probed after {@code until}. */
  private static double gapOf(List<ProbedBackend> backends, long until, long from) {
    List<ProbedBackend> alive = backends.stream().filter(site.alive()::contains).toList();
    alive.forEach(
        backend ->
            await(backend.name() + " is probed")
                .atMost(PATIENCE)
                .until(() -> backend.isProbedAfter(until)));
    return alive.stream()
        .mapToDouble(backend -> backend.gapMillis(from, System.nanoTime()))
        .max()
        .orElseThrow();
  }

  private static void awaitVerdictsThatWait(OrchestratorProcess orchestrator) {
    orchestrator.awaitReport(
        "has a verdict to write", report -> report.path("writes").path("waiting").asInt() > 0);
  }

  private void shouldCountStaleWrites(String how, OrchestratorProcess orchestrator, long before) {
    await("stale writes of " + orchestrator.name())
        .atMost(PATIENCE)
        .until(() -> orchestrator.staleWrites() > before);
    Figures.print("orchestrators_" + how + "_stale_writes", orchestrator.staleWrites() - before);
    site.awaitShared();
    assertAllWell();
  }

  private static void awaitStanding(ProbedBackend backend, String standing) {
    site.system()
        .lbs()
        .forEach(
            lb ->
                await(backend.name() + " is " + standing + " to " + lb.name())
                    .atMost(PATIENCE)
                    .until(() -> standing.equals(lb.standings("web").get(backend.name()))));
  }

  private void assertAllWell() {
    site.assertVerdicts();
    SteadyClient.Phase sofar = requests;
    requests = client.newPhase();
    sofar.awaitEnd();
    sofar.failures.orFail();
    assertThat(sofar.sent.sum()).as("requests").isPositive();
  }

  private static void print(String how, double convicted, double gap) {
    Figures.print("orchestrators_" + how + "_convicted_after_ms", convicted);
    Figures.print("orchestrators_" + how + "_gap_ms", gap);
  }
}
