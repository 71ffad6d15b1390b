package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Three orchestrators under load lose one of them in every way there is, while a backend of its own dies at that moment: no verdict on a living
 * backend changes, the dead one is convicted, and nobody goes unprobed for longer than promised.
 */
final class OrchestratorsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What a machine that does much else may add to a time. */
  private static final double SLACK_MILLIS = 2_000;

  private static final double INTERVAL_MILLIS = OrchestratorSite.INTERVAL.toMillis();
  private static final double AFTER_DEATH_MILLIS =
      OrchestratorSite.LEASE.toMillis() + 2 * INTERVAL_MILLIS;

  private OrchestratorSite site;
  private SteadyClient client;

  @BeforeEach
  void start(TestInfo test) {
    site = new OrchestratorSite("orchestrators-" + test.getTestMethod().orElseThrow().getName());
    client = SteadyClient.start(Web.HOST, site.system().at(Web.HTTP), Duration.ofMillis(10));
  }

  @AfterEach
  void stop() {
    client.close();
    site.close();
  }

  @Test
  void shouldTakeOverWhenOneIsKilled() {
    loseOne("killed", "o1", () -> site.orchestrator("o1").process().kill());
  }

  /** It goes on after its lease has run out; what it then writes must not count. */
  @Test
  void shouldTakeOverWhenOneIsFrozenAndKeepItsVerdictsOutWhenItWakes() {
    loseOne("frozen", "o2", () -> site.orchestrator("o2").process().signal("STOP"));
    site.orchestrator("o2").process().signal("CONT");
    site.orchestrator("o2").awaitReport("has a share again", one -> one.path("shares").asInt() > 0);
    Figures.print("orchestrators_frozen_stale_writes", site.orchestrator("o2").staleWrites());
    site.awaitShared();
    site.assertNoFlips();
  }

  /** Its last verdict reaches the database after others have taken over. */
  @Test
  void shouldTakeOverWhenOneIsCutFromTheDatabaseAndRefuseWhatItWritesLate() {
    loseOne("cut", "o3", site::cutFromDatabase);
    site.heal();
    site.orchestrator("o3")
        .awaitReport(
            "has stale writes counted", one -> one.path("writes").path("stale").asInt() > 0);
    Figures.print("orchestrators_cut_stale_writes", site.orchestrator("o3").staleWrites());
    site.awaitShared();
    site.assertNoFlips();
  }

  @Test
  void shouldHandOverWithoutAGapWhenOneIsStopped() {
    List<ProbedBackend> own = site.watchedBy("o1");
    assertThat(own).as("backends of o1").isNotEmpty();
    ProbedBackend victim = own.getFirst();
    long from = System.nanoTime();
    Instant died = Instant.now();
    site.kill(victim);
    site.orchestrator("o1").process().signal("TERM");
    double convicted = site.convictedAfterMillis(victim, died);
    int exitCode = site.orchestrator("o1").process().awaitExit(PATIENCE);
    site.awaitShared();
    awaitProbes(from);
    double gap = site.gapMillis(own, from, System.nanoTime());
    print("stopped", convicted, gap);
    assertThat(exitCode).isZero();
    assertThat(gap).as("gap in ms").isLessThanOrEqualTo(2 * INTERVAL_MILLIS + SLACK_MILLIS);
    assertThat(convicted).as("convicted after ms").isLessThanOrEqualTo(2 * INTERVAL_MILLIS + SLACK_MILLIS);
    site.assertNoFlips();
  }

  @Test
  void shouldServeByTheLastVerdictsWhenAllAreGone() {
    for (String name : List.of("o1", "o2", "o3")) {
      site.orchestrator(name).process().kill();
    }
    await("the API says that nobody watches")
        .atMost(PATIENCE)
        .until(() -> site.system().api().get("/v1/orchestrators").orFail().json().path("members").isEmpty());
    assertThat(site.system().ballast("status").all()).containsIgnoringCase("no orchestrator");
    ProbedBackend victim = site.alive().getFirst();
    SteadyClient.Phase phase = client.newPhase();
    site.kill(victim);
    site.system()
        .lbs()
        .forEach(
            lb ->
                await(lb.name() + " ejects it by itself")
                    .atMost(PATIENCE)
                    .until(() -> "ejected".equals(lb.standings("web").get(victim.name()))));
    site.assertNoFlips();
    client.newPhase();
    phase.awaitEnd();
    phase.failures.orFail();
    assertThat(phase.sent.sum()).isPositive();
  }

  /** A backend of the orchestrator dies, then at once the orchestrator is lost. */
  private void loseOne(String how, String name, Runnable loss) {
    List<ProbedBackend> own = site.watchedBy(name);
    assertThat(own).as("backends of " + name).isNotEmpty();
    ProbedBackend victim = own.getFirst();
    SteadyClient.Phase phase = client.newPhase();
    long from = System.nanoTime();
    Instant died = Instant.now();
    if (how.equals("cut")) {
      loss.run();
      site.kill(victim);
    } else {
      site.kill(victim);
      loss.run();
    }
    double convicted = site.convictedAfterMillis(victim, died);
    awaitProbes(from + Duration.ofMillis((long) AFTER_DEATH_MILLIS).toNanos());
    double gap = site.gapMillis(own, from, System.nanoTime());
    print(how, convicted, gap);
    site.assertNoFlips();
    assertThat(gap).as("gap in ms").isLessThanOrEqualTo(AFTER_DEATH_MILLIS + SLACK_MILLIS);
    assertThat(convicted)
        .as("convicted after ms")
        .isLessThanOrEqualTo(AFTER_DEATH_MILLIS + SLACK_MILLIS);
    client.newPhase();
    phase.awaitEnd();
    phase.failures.orFail();
  }

  /** Every backend alive has been probed after that moment. */
  private void awaitProbes(long from) {
    site.alive()
        .forEach(
            backend ->
                await(backend.name() + " is probed")
                    .atMost(PATIENCE)
                    .until(() -> backend.isProbedAfter(from)));
  }

  private static void print(String how, double convicted, double gap) {
    Figures.print("orchestrators_" + how + "_convicted_after_ms", convicted);
    Figures.print("orchestrators_" + how + "_gap_ms", gap);
  }
}
