package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * An orchestrator and two LB servers lose all of their backends behind one cable. It may be the orchestrator that is cut off, so silence
 * convicts nobody for as long as it doubts itself, whatever befalls the LB servers' requests; everybody is told meanwhile.
 *
 * <p>Each round has an orchestrator that has not doubted itself before. The short one comes first: it begins with verdicts that the
 * orchestrator has found itself, and which silence overturns soonest.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ObserverDoubtIT {
  private static final int BACKENDS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Without doubt, silence convicts after 2.1 to 2.5 s. */
  private static final Duration SHORT_CUT = Duration.ofMillis(3_500);

  /** For how long it doubts itself, and how much later, on a machine that does much else, all verdicts are there. */
  private static final Duration HOLD = Duration.ofSeconds(10);

  private static final Duration ALLOWANCE = Duration.ofSeconds(10);

  private static final String WHY = "[2-4] of 6 targets are silent at once";

  private static Deployment system;
  private static Lan lan;
  private static Lan.Machine distant;
  private static StatusTable table;
  private static SteadyClient client;

  private OrchestratorProcess orchestrator;
  private Map<String, StatusTable.Row> well;

  @BeforeAll
  static void start() throws Exception {
    system = Deployment.ofTwo("observer-doubt");
    lan = Lan.joined();
    distant = lan.machine("distant");
    var hosts = new TreeMap<String, String>();
    for (int i = 1; i <= BACKENDS; i++) {
      String host = i == 1 ? distant.address() : distant.addAddress();
      hosts.put("b" + i, host);
      system.launchBackend(distant.place(), "b" + i, host);
    }
    system.applied(documents(hosts));
    system.lbs().forEach(LbProcess::awaitReady);
    table = StatusTable.open(system.databaseUrl());
    client = SteadyClient.start(Web.HOST, system.at(Web.HTTP), Duration.ofMillis(50));
  }

  private static String documents(Map<String, String> hosts) {
    var text = new StringBuilder(Web.loadBalancer());
    text.append(
        """
        kind: Pool
        name: echo
        ---
        kind: Pool
        name: web
        healthCheck: {path: /healthz}
        timeouts: {firstByte: 2s}
        backends:
        """);
    hosts.forEach(
        (name, host) ->
            text.append(
                "  - {name: %s, address: \"%s:%d\"}\n".formatted(name, host, Web.BACKEND_HTTP)));
    return text.toString();
  }

  @BeforeEach
  void begin() {
    orchestrator = system.startOrchestrator("orchestrator");
    orchestrator.awaitReport(
        "has heard all", report -> report.path("probes").path("good").asInt() >= targets());
    await("all are well")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              well = table.read();
              assertThat(well).hasSize(targets());
              assertThat(well.values())
                  .extracting(StatusTable.Row::verdict)
                  .containsOnly("healthy", "ready");
            });
  }

  private static int targets() {
    return BACKENDS + system.lbs().size();
  }

  @AfterEach
  void end() {
    distant.heal();
    orchestrator.process().close();
  }

  @AfterAll
  static void stop() {
    client.close();
    table.close();
    system.close();
    lan.close();
  }

  @Test
  @Order(1)
  void shouldChangeNoVerdictWhenAllAreSilentForAWhile() {
    long end = System.nanoTime() + SHORT_CUT.toNanos();
    distant.cutSilently();
    soon("it doubts itself", orchestrator::isInDoubt);
    await("the cut has lasted").atMost(PATIENCE).until(() -> System.nanoTime() - end > 0);
    assertThat(orchestrator.isInDoubt()).isTrue();
    distant.heal();

    soon("it trusts itself again", () -> !orchestrator.isInDoubt());
    orchestrator.awaitReport(
        "hears all of them", report -> report.path("probes").path("silent").asInt() == 0);
    assertThat(table.read()).isEqualTo(well);
  }

  @Test
  @Order(2)
  void shouldSayThatItDoubtsItselfAndConvictThoseWhoAreSilentForLonger() {
    SteadyClient.Phase requests = client.newPhase();
    Instant cut = Instant.now();
    distant.cutSilently();
    soon("it doubts itself", orchestrator::isInDoubt);
    soon("the API tells why", () -> doubt().matches(WHY));
    assertThat(system.ballast("status").out())
        .contains("(in doubt)")
        .containsPattern("orchestrator orchestrator doubts itself, as " + WHY);
    assertThat(table.read()).isEqualTo(well);

    List<Duration> convicted = awaitConvicted(cut);
    Figures.print("doubt_first_convicted_after_ms", convicted.getFirst().toMillis());
    Figures.print("doubt_last_convicted_after_ms", convicted.getLast().toMillis());
    assertThat(convicted.getFirst()).isGreaterThanOrEqualTo(HOLD);
    assertThat(convicted.getLast()).isLessThan(HOLD.plus(ALLOWANCE));

    soon("it trusts itself again", () -> !orchestrator.isInDoubt());
    soon("the API doesn't tell of doubts any more", () -> doubt().isEmpty());
    assertThat(system.ballast("status").out()).doesNotContain("in doubt", "doubts itself");
    assertThat(requests.failures.total()).as("requests that fail meanwhile").isPositive();
  }

  /** How long after the cut each backend was convicted, the soonest first. LB servers stay as they are. */
  private List<Duration> awaitConvicted(Instant cut) {
    var convicted = new ArrayList<Duration>();
    well.forEach(
        (name, before) -> {
          if (before.verdict().equals("healthy")) {
            table.awaitRow(name, row -> row.verdict().equals("unhealthy"), PATIENCE);
            StatusTable.Row row = table.read().get(name);
            assertThat(row.reason()).contains("no answer");
            convicted.add(Duration.between(cut, row.since()));
          } else {
            assertThat(table.read()).containsEntry(name, before);
          }
        });
    convicted.sort(null);
    assertThat(convicted).hasSize(BACKENDS);
    return convicted;
  }

  private static String doubt() {
    var members = system.api().get("/v1/orchestrators").orFail().json().path("members");
    assertThat(members.size()).isEqualTo(1);
    return members.get(0).path("doubt").asString();
  }

  private static void soon(String what, Callable<Boolean> condition) {
    await(what).atMost(Duration.ofSeconds(8)).pollInterval(Duration.ofMillis(50)).until(condition);
  }
}
