package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.BalancerFactory;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Member;
import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import dev.ballast.model.RequestPart;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {
  private static final int REQUESTS = 200_000;

  /** All that can go wrong, with everything that a workload can have. */
  private static final String TROUBLE =
      """
      backends:
      - {count: 3, speed: 2, weight: 2, concurrency: 2, zone: a}
      - {count: 4, zone: b}
      - {count: 1, weight: 0}
      service: {type: log-normal, mean: 20ms}
      arrivals: {type: bursty, burst: 300ms, between: 1s}
      lbServers: {count: 3, zones: [a, b], detection: 1s}
      zoneDelay: 2ms
      incidents:
      - {type: failure, backend: 0, at: 105s, lasts: 10s}
      - {type: failure, backend: 1, at: 108s, lasts: 10s}
      - {type: failure, backend: 4, at: 108s, lasts: 500ms}
      - {type: slow-down, backend: 2, at: 120s, lasts: 10s, factor: 4}
      keys: {distinct: 500, zipf: 1}
      load: 0.7
      """;

  static Stream<Algorithm> algorithms() {
    return Stream.concat(
        Algorithm.all().stream(),
        Stream.of(
            new Algorithm.Hash(RequestPart.ADDRESS, new KeyTable.RingHash(160), 125),
            new Algorithm.Hash(RequestPart.ADDRESS, new KeyTable.Rendezvous(), 0)));
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldEndEveryRequestOnce(Algorithm algorithm) {
    Result result = run(TROUBLE, algorithm);
    assertThat(result.begun()).isEqualTo(REQUESTS);
    assertThat(result.ended()).isEqualTo(REQUESTS);
    double errors = result.errors() * (REQUESTS - REQUESTS / 10);
    assertThat(result.times().answered() + Math.round(errors))
        .as("answered and failed after the warm-up")
        .isEqualTo(REQUESTS - REQUESTS / 10);
    assertThat(result.errors()).isPositive().isLessThan(0.2);
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldSayTheSameWithTheSameSeed(Algorithm algorithm) {
    Result one = run(TROUBLE, algorithm);
    Result other = run(TROUBLE, algorithm);
    assertThat(other).usingRecursiveComparison().isEqualTo(one);
    Result withAnotherSeed = run(TROUBLE + "seed: 2\n", algorithm);
    assertThat(withAnotherSeed.times()).isNotEqualTo(one.times());
  }

  /** Heavy tails fill some backends for long: who looks at the lines goes round them. */
  @ParameterizedTest
  @MethodSource("tails")
  void shouldPreferLeastConnectionsWhereTimesVary(String service) {
    String workload = "service: " + service + "\nload: 0.7\nbackends: 10\n";
    double inTurn = run(workload, new Algorithm.RoundRobin()).times().p99();
    double least = run(workload, new Algorithm.LeastConnections()).times().p99();
    double few = run(workload, new Algorithm.PowerOfTwoChoices()).times().p99();
    assertThat(least).isLessThan(0.6 * inTurn);
    assertThat(few).isLessThan(0.8 * inTurn);
  }

  static Stream<String> tails() {
    return Stream.of("{type: pareto, alpha: 2.2}", "bimodal", "{type: log-normal, sigma: 1.5}");
  }

  /** With constant times nothing is to be learnt from lines, and turns can't be beaten. */
  @Test
  void shouldNeedNoMoreThanTurnsForConstantTimes() {
    String workload = "service: constant\nload: 0.8\n";
    double inTurn = run(workload, new Algorithm.RoundRobin()).times().p99();
    double least = run(workload, new Algorithm.LeastConnections()).times().p99();
    assertThat(inTurn).isLessThan(1.1 * least);
  }

  @Test
  void shouldLoadUnequalBackendsByTheirWeights() {
    String workload =
        """
        backends: [{count: 5, speed: 3, weight: 3}, {count: 5, speed: 1, weight: 1}]
        load: 0.7
        """;
    Result blind = run(workload, new Algorithm.RoundRobin());
    Result weighted = run(workload, new Algorithm.WeightedRoundRobin());
    assertThat(weighted.imbalance().mean()).isCloseTo(1, within(0.15));
    assertThat(blind.queues().most())
        .as("in turn, slow backends get 140 % of what they can do")
        .isGreaterThan(100 * weighted.queues().most());
  }

  /** Each LB server counts its own exchanges alone, so many of them know less of the lines. */
  @Test
  void shouldKnowLessWithManyLbServers() {
    String workload = "backends: 20\nload: 0.9\nlbServers: ";
    double one = run(workload + "1\n", new Algorithm.LeastConnections()).times().p99();
    double many = run(workload + "50\n", new Algorithm.LeastConnections()).times().p99();
    double chance = run(workload + "50\n", new Algorithm.Random()).times().p99();
    assertThat(many).isBetween(1.5 * one, 0.9 * chance);
  }

  @Test
  void shouldFailRequestsOnlyUntilTheFailureIsKnown() {
    String failure =
        """
        service: constant
        lbServers: {count: 1, detection: 2s}
        incidents: [{type: failure, backend: 3, at: 50s, lasts: 100s}]
        """;
    Result result = run(failure, new Algorithm.RoundRobin());
    double failed = result.errors() * (REQUESTS - REQUESTS / 10);
    assertThat(failed).as("a tenth of 800/s for 1 to 3 s, and what it had").isBetween(75.0, 270.0);
    double[] seconds = result.course().seconds();
    double[] errors = result.course().errors();
    for (int i = 0; i < errors.length; i++) {
      if (seconds[i] < 49 || seconds[i] > 56) {
        assertThat(errors[i]).as("errors by " + seconds[i] + " s").isZero();
      }
    }
  }

  /** A backend that fails fast has nothing in flight: least connections runs to it until its failure is known. */
  @Test
  void shouldShowThatFailingFastAttractsThoseWhoCountConnections() {
    String failure = "incidents: [{type: failure, backend: 3, at: 100s, lasts: 100s}]\nload: 0.9\n";
    double inTurn = run(failure, new Algorithm.RoundRobin()).errors();
    double least = run(failure, new Algorithm.LeastConnections()).errors();
    assertThat(least).isGreaterThan(2 * inTurn);
  }

  @Test
  void shouldMoveFewKeysWhenABackendFails() {
    String workload = "backends: 20\nkeys: 100000\n";
    assertThat(run(workload, new Algorithm.Hash()).keysMoved().orElseThrow())
        .as("a twentieth are its own")
        .isBetween(0.045, 0.07);
    assertThat(run(workload, new Algorithm.RoundRobin()).keysMoved()).isEmpty();
  }

  @Test
  void shouldSlowDownForAWhile() {
    String workload =
        "service: constant\nload: 0.5\nincidents: [{type: slow-down, backend: 0, at: 100s, lasts: 50s, factor: 10}]\n";
    Result result = run(workload, new Algorithm.RoundRobin());
    double[] p99 = result.course().p99Millis();
    assertThat(p99[20]).isLessThan(20);
    assertThat(p99[30]).isGreaterThan(1_000);
    assertThat(p99[95]).isLessThan(20);
  }

  @Test
  void shouldTakeLongerToOtherZones() {
    String workload =
        """
        backends: [{count: 5, zone: a}, {count: 5, zone: b}]
        service: constant
        load: 0.01
        zoneDelay: 5ms
        lbServers: {count: 2, zones: [a, b]}
        """;
    Result result = run(workload, new Algorithm.RoundRobin());
    assertThat(result.otherZone()).isCloseTo(0.5, within(0.01));
    assertThat(result.times().mean()).isCloseTo(12.5, withinPercentage(1));
  }

  /** With three of five left and all of them needed for the own zone, three fifths stay, and the rest spills over. */
  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldStayInItsZoneWhileThatSuffices(Algorithm algorithm) {
    String workload =
        """
        backends: [{count: 5, zone: a}, {count: 5, zone: b}]
        load: 0.1
        lbServers: {count: 2, zones: [a, b], spillBelow: 100%}
        keys: 10000
        """;
    assertThat(run(workload, algorithm).otherZone()).isZero();
    String failures =
        """
        incidents:
        - {type: failure, backend: 0, at: 1s, lasts: 1h}
        - {type: failure, backend: 1, at: 1s, lasts: 1h}
        """;
    assertThat(run(workload + failures, algorithm).otherZone())
        .as(
            "two fifths of what comes to half of the LB servers; less or more where loads are compared")
        .isCloseTo(0.2, within(0.06));
  }

  @Test
  void shouldAnswerNobodyWhereNoBackendHasAWeight() {
    Result result =
        run("backends: [{count: 3, weight: 0}]\nrate: 100\n", new Algorithm.RoundRobin());
    assertThat(result.errors()).isEqualTo(1);
    assertThat(result.times().answered()).isZero();
  }

  /** A bound that a busy machine keeps too; the command says what this one does. */
  @Test
  void shouldSimulateManyRequestsASecond() {
    String workload = "backends: 100\n";
    run(workload, new Algorithm.PowerOfTwoChoices());
    long began = System.nanoTime();
    Simulation.run(
        draft(workload).workload(),
        new Algorithm.PowerOfTwoChoices(),
        Extensions.NONE,
        1,
        3_000_000);
    double perSecond = 3e6 / ((System.nanoTime() - began) / 1e9);
    assertThat(perSecond).isGreaterThan(500_000);
  }

  @Test
  void shouldRunAlgorithmsOfUsersOwn() {
    WorkloadDraft draft = draft("algorithms: [{type: custom, factory: first}]\nload: 0.05\n");
    Algorithm custom = draft.algorithms().getFirst();
    Result result =
        Simulation.run(draft.workload(), custom, Extensions.of(List.of(new First())), 1, 10_000);
    assertThat(result.imbalance().mean()).as("one of ten has it all").isCloseTo(10, within(1e-6));
    assertThatThrownBy(() -> Simulation.run(draft.workload(), custom, Extensions.NONE, 1, 10_000))
        .hasMessageContaining("there is no algorithm first here");
  }

  private static final class First implements BalancerFactory {
    @Override
    public String name() {
      return "first";
    }

    @Override
    public Balancer build(List<Member> members, Map<String, String> parameters, long fleetSeed) {
      return (_, _, _) -> 0;
    }
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThatThrownBy(
            () -> draft("backends: 3\nincidents: [{type: failure, backend: 3}]\n").workload())
        .hasMessage(
            "incidents[0].backend: there is no backend 3; the 3 backends are numbered from 0");
  }

  @Test
  void shouldGiveUpBeforeItsMemoryDoes() {
    Workload flood = draft("backends: 1\nrate: 1000000000\n").workload();
    assertThatThrownBy(
            () -> Simulation.run(flood, new Algorithm.RoundRobin(), Extensions.NONE, 1, 5_000_000))
        .hasMessageStartingWith("more than 4194304 requests wait at once");
    assertThatThrownBy(() -> draft("backends: 100000\nlbServers: 100\n").workload())
        .hasMessage("backends times LB servers are at most 2000000");
  }

  private static Result run(String yaml, Algorithm algorithm) {
    WorkloadDraft draft = draft(yaml);
    return Simulation.run(draft.workload(), algorithm, Extensions.NONE, draft.seed(), REQUESTS);
  }

  static WorkloadDraft draft(String yaml) {
    var draft = new WorkloadDraft();
    draft.read(yaml.getBytes(StandardCharsets.UTF_8));
    return draft;
  }

  @Test
  void shouldCompareAlgorithmsByTheSameRequests() {
    List<Long> sizes =
        Algorithm.all().stream().map(one -> run("load: 0.001\n", one).times().answered()).toList();
    assertThat(sizes).containsOnly((long) REQUESTS - REQUESTS / 10);
    List<Double> means =
        Algorithm.all().stream().map(one -> run("load: 0.001\n", one).times().mean()).toList();
    assertThat(means)
        .as("nobody waits, so all take what was drawn")
        .allSatisfy(mean -> assertThat(mean).isCloseTo(means.getFirst(), withinPercentage(0.2)));
  }
}
