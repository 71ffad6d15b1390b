package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.ballast.balancing.Extensions;
import dev.ballast.model.Algorithm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Results that are known in closed form. */
class QueueingTheoryTest {
  private static final double MEAN = 10e6;

  @ParameterizedTest
  @CsvSource({"0.3", "0.5", "0.8", "0.9"})
  void shouldWaitAsInTheTheoryOfOneServer(double load) {
    double wait = waitMillis(new ServiceTime.Exponential(MEAN), Workload.Group.of(1), load);
    assertThat(wait).as("M/M/1").isCloseTo(10 * load / (1 - load), withinPercentage(3));
  }

  @ParameterizedTest
  @CsvSource({"2, 0.8", "8, 0.9", "32, 0.95"})
  void shouldWaitAsErlangSays(int servers, double load) {
    var group = new Workload.Group(1, 1, 1, servers, "");
    double wait = waitMillis(new ServiceTime.Exponential(MEAN), group, load);
    double expected = 10 * erlangC(servers, load * servers) / (servers * (1 - load));
    assertThat(wait).as("M/M/%d at %s", servers, load).isCloseTo(expected, withinPercentage(4));
  }

  /** Pollaczek and Khinchine: the mean wait grows with the square of the coefficient of variation. */
  @Test
  void shouldWaitAsPollaczekAndKhinchineSay() {
    double constant = waitMillis(new ServiceTime.Constant(MEAN), Workload.Group.of(1), 0.8);
    assertThat(constant).as("M/D/1").isCloseTo(10 * 0.8 / (2 * 0.2), withinPercentage(3));
    var bimodal = new ServiceTime.Bimodal(MEAN, 0.1, 20);
    double fast = 10.0 / (0.9 + 0.1 * 20);
    double square = 0.9 * fast * fast + 0.1 * 400 * fast * fast;
    double wait = waitMillis(bimodal, Workload.Group.of(1), 0.7);
    assertThat(wait).as("M/G/1").isCloseTo(0.07 * square / (2 * 0.3), withinPercentage(4));
    var logNormal = new ServiceTime.LogNormal(MEAN, 0.8);
    double logNormalSquare = 100 * Math.exp(0.8 * 0.8);
    assertThat(waitMillis(logNormal, Workload.Group.of(1), 0.7))
        .as("M/G/1, log-normal")
        .isCloseTo(0.07 * logNormalSquare / (2 * 0.3), withinPercentage(4));
  }

  /** Random choice splits a Poisson process into independent ones: each backend is M/M/1. */
  @Test
  void shouldSplitAPoissonProcessByChance() {
    Result result =
        Simulation.run(
            workload(new ServiceTime.Exponential(MEAN), Workload.Group.of(20), 0.7),
            new Algorithm.Random(),
            Extensions.NONE,
            1,
            2_000_000);
    assertThat(result.times().mean()).isCloseTo(10 / 0.3, withinPercentage(3));
    assertThat(result.times().p99())
        .as("exponential response times")
        .isCloseTo(10 / 0.3 * Math.log(100), withinPercentage(4));
    assertThat(result.queues().mean())
        .as("Little's law")
        .isCloseTo(0.7 * 0.7 / 0.3, withinPercentage(3));
  }

  /**
   * Mitzenmacher 2001: with d choices the fraction of queues with at least k requests is λ^((d^k − 1)/(d − 1)) for many backends, so the mean
   * number of requests at a backend is the sum of these, and the mean response time that over λ, by Little's law.
   */
  @ParameterizedTest
  @CsvSource({"2, 0.7", "2, 0.9", "3, 0.9"})
  void shouldHaveTheQueuesOfThePowerOfChoices(int choices, double load) {
    Result result =
        Simulation.run(
            workload(new ServiceTime.Exponential(MEAN), Workload.Group.of(500), load),
            new Algorithm.PowerOfTwoChoices(choices),
            Extensions.NONE,
            2,
            2_000_000);
    double expected = 0;
    for (int k = 1; k <= 12; k++) {
      expected += Math.pow(load, (Math.pow(choices, k) - 1) / (choices - 1));
    }
    assertThat(result.times().mean()).isCloseTo(10 * expected / load, withinPercentage(3));
    assertThat(result.queues().mean())
        .as("all that are there, without those that are served")
        .isCloseTo(expected - load, withinPercentage(5));
    for (int k = 1; k <= 6; k++) {
      double fraction = Math.pow(load, (Math.pow(choices, k) - 1) / (choices - 1));
      assertThat(result.queues().withAtLeast()[k])
          .as("backends with at least " + k + " requests")
          .isCloseTo(fraction, within(0.01));
    }
  }

  /** One line for n servers is the best that any algorithm can do, and M/M/1 at each what knowing nothing does. */
  @Test
  void shouldComeCloseToOneLineWithLeastConnections() {
    var workload = workload(new ServiceTime.Exponential(MEAN), Workload.Group.of(10), 0.8);
    double least =
        Simulation.run(workload, new Algorithm.LeastConnections(), Extensions.NONE, 3, 1_000_000)
            .times()
            .mean();
    double oneLine = 10 + 10 * erlangC(10, 8) / (10 * 0.2);
    assertThat(least).isBetween(oneLine, 1.5 * oneLine).isLessThan(0.4 * 10 / 0.2);
  }

  private static double waitMillis(ServiceTime service, Workload.Group group, double load) {
    Result result =
        Simulation.run(
            workload(service, group, load),
            new Algorithm.RoundRobin(),
            Extensions.NONE,
            1,
            3_000_000);
    return result.times().mean() - service.meanNanos() / 1e6;
  }

  static Workload workload(ServiceTime service, Workload.Group group, double load) {
    var groups = List.of(group);
    return new Workload(
        new Arrivals.Poisson(load * Workload.capacityPerSecond(groups, service)),
        service,
        groups,
        new Workload.LbServers(1, Duration.ofSeconds(1), List.of()),
        Duration.ZERO,
        List.of(),
        1_000,
        0);
  }

  /** The probability to have to wait (Erlang 1917), by its recursion over that of being blocked. */
  private static double erlangC(int servers, double offered) {
    double blocked = 1;
    for (int n = 1; n <= servers; n++) {
      blocked = offered * blocked / (n + offered * blocked);
    }
    double load = offered / servers;
    return blocked / (1 - load * (1 - blocked));
  }
}
