package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests are shared out evenly, and follow the membership while it changes. */
class BalanceIT {
  private static final int REQUESTS_PER_LB_SERVER = 6_000;
  private static final int CONNECTIONS_PER_LB_SERVER = 8;
  private static final int CHANGES = 20;
  private static final int ROUNDS = 2;
  private static final List<String> ALGORITHMS =
      List.of(
          "{type: weighted-round-robin}",
          "{type: least-connections}",
          "{type: weighted-least-connections}",
          "{type: random}",
          "{type: weighted-random}",
          "{type: power-of-two-choices}",
          "{type: power-of-two-choices, choices: 3}",
          "{type: least-response-time}",
          "{type: least-response-time, decay: 1s}",
          "{type: least-load}",
          "{type: hash}",
          "{type: hash, over: ring-hash, boundedLoad: 125%}",
          "{type: hash, over: rendezvous}",
          "{type: hash, by: query, tableSize: 655373}",
          "{type: custom, factory: not-there}",
          "{type: round-robin}");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Deployment SYSTEM = Deployment.ofTwo("balance");
  private static final Map<String, String> BACKENDS = new TreeMap<>();
  private static String fourth = "";
  private static String fifth = "";

  @BeforeAll
  static void startBackends() {
    for (String name : new String[] {"b1", "b2", "b3"}) {
      BACKENDS.put(name, SYSTEM.startBackend(name));
    }
    fourth = SYSTEM.startBackend("b4");
    fifth = Addresses.next();
  }

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  @BeforeEach
  void configureThreeBackends() {
    SYSTEM.applied(Web.of(BACKENDS));
    SYSTEM.lbs().forEach(LbProcess::awaitReady);
  }

  @Test
  void shouldShareRequestsEvenly() throws Exception {
    Tally tally =
        Traffic.send(
            Web.HOST, SYSTEM.at(Web.HTTP), REQUESTS_PER_LB_SERVER, CONNECTIONS_PER_LB_SERVER);

    assertThat(tally.total()).isEqualTo(2L * REQUESTS_PER_LB_SERVER);
    for (LbProcess lb : SYSTEM.lbs()) {
      double farthest = tally.farthestFromEven(lb.at(Web.HTTP), BACKENDS.keySet());
      Figures.print("balance_farthest_from_even_" + lb.name(), farthest);
      Figures.print("balance_event_loops_" + lb.name(), lb.eventLoops());
      assertThat(farthest)
          .as("requests beside an equal share on " + lb.name() + ": " + tally)
          .isLessThanOrEqualTo(2.0 * lb.eventLoops());
    }
  }

  @Test
  void shouldFollowTheMembershipWithoutAFailure() {
    var four = new TreeMap<>(BACKENDS);
    four.put("b4", fourth);
    try (var traffic =
        Traffic.start(
            Place.HERE,
            Web.HOST,
            SYSTEM.at(Web.HTTP),
            new Traffic.Shape(CONNECTIONS_PER_LB_SERVER, Duration.ofMillis(1)))) {
      long counted = 0;
      double farthest = 0;
      for (int change = 0; change < CHANGES; change++) {
        for (var members : List.of(four, BACKENDS)) {
          SYSTEM.applied(Web.pools(members));
          Tally phase = traffic.newPhase();
          await("requests of a phase").atMost(PATIENCE).until(() -> phase.total() >= 600);
          traffic.newPhase();
          farthest = Math.max(farthest, farthestFromEven(phase, members));
          counted += phase.total();
        }
      }
      traffic.stop();
      traffic.failures().orFail();
      Figures.print("churn_changes", 2 * CHANGES);
      Figures.print("churn_requests_counted", counted);
      Figures.print("churn_requests_failed", traffic.failures().total());
      Figures.print("churn_farthest_from_even", farthest);
    }
  }

  /** Algorithms and their parameters change under requests and under an open stream; neither notices. */
  @Test
  void shouldChangeAmongAllAlgorithmsWithoutAFailure() throws IOException {
    var shape = new Traffic.Shape(CONNECTIONS_PER_LB_SERVER, Duration.ofMillis(1));
    long counted = 0;
    int changes = 0;
    try (var traffic = Traffic.start(Place.HERE, Web.HOST, SYSTEM.at(Web.HTTP), shape);
        var stream = new Socket()) {
      stream.connect(SYSTEM.at(Web.TCP).getFirst());
      for (int round = 0; round < ROUNDS; round++) {
        for (String algorithm : ALGORITHMS) {
          SYSTEM.applied(Web.balanced(algorithm));
          Tally phase = traffic.newPhase();
          await("requests with " + algorithm)
              .atMost(PATIENCE)
              .until(() -> phase.total() >= 400 || traffic.failures().total() > 0);
          traffic.newPhase();
          traffic.failures().orFail();
          if (!algorithm.contains("hash")) {
            for (var server : SYSTEM.at(Web.HTTP)) {
              assertThat(BACKENDS.keySet())
                  .as("reached with " + algorithm + ": " + phase)
                  .allMatch(backend -> phase.count(server, backend) > 0);
            }
          }
          stream.getOutputStream().write(changes);
          assertThat(stream.getInputStream().read()).as("echo").isEqualTo(changes);
          counted += phase.total();
          changes++;
        }
      }
      traffic.stop();
      traffic.failures().orFail();
    }
    Figures.print("algorithm_changes", changes);
    Figures.print("algorithm_changes_requests", counted);
    Figures.print("algorithm_changes_requests_failed", 0);
  }

  /**
   * No health check is configured: only its connections tell that it is gone. What was on its way over one of them may fail;
   * whoever comes later is served by another.
   */
  @Test
  void shouldServeByOthersWhenABackendIsDead() {
    var members = new TreeMap<>(BACKENDS);
    members.put("dying", fifth);
    Running dying = SYSTEM.launchBackend("dying", fifth);
    SYSTEM.applied(Web.pools(members));
    var shape = new Traffic.Shape(4, Duration.ofMillis(1));
    try (var traffic = Traffic.start(Place.HERE, Web.HOST, SYSTEM.at(Web.HTTP), shape)) {
      Tally before = traffic.newPhase();
      await("it serves")
          .atMost(PATIENCE)
          .until(() -> before.count(SYSTEM.at(Web.HTTP).getFirst(), "dying") > 50);

      dying.kill();
      awaitRequests(traffic);
      long atOnce = traffic.failures().total();
      awaitRequests(traffic);

      Figures.print("dead_backend_requests_failed_at_once", atOnce);
      Figures.print("dead_backend_requests_failed_later", traffic.failures().total() - atOnce);
      assertThat(atOnce)
          .as(traffic.failures()::toString)
          .isLessThanOrEqualTo(2L * shape.perServer());
      assertThat(traffic.failures().total()).as(traffic.failures()::toString).isEqualTo(atOnce);
    }
  }

  private static void awaitRequests(Traffic traffic) {
    Tally phase = traffic.newPhase();
    await("requests").atMost(PATIENCE).until(() -> phase.total() >= 1_000);
  }

  /** A connection's request across the border of a phase is counted nowhere, so each connection may shift the shares by one. */
  private static double farthestFromEven(Tally phase, Map<String, String> members) {
    double farthest = 0;
    for (LbProcess lb : SYSTEM.lbs()) {
      double distance = phase.farthestFromEven(lb.at(Web.HTTP), members.keySet());
      assertThat(distance)
          .as(
              "requests beside an equal share of "
                  + members.keySet()
                  + " on "
                  + lb.name()
                  + ": "
                  + phase)
          .isLessThanOrEqualTo(2.0 * lb.eventLoops() + 2 * CONNECTIONS_PER_LB_SERVER);
      if (!members.containsKey("b4")) {
        assertThat(phase.count(lb.at(Web.HTTP), "b4"))
            .as("answers of a backend that left")
            .isZero();
      }
      farthest = Math.max(farthest, distance);
    }
    return farthest;
  }
}
