package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RecommendationTest {
  private static final Workload WORKLOAD = SimulationTest.draft("").workload();

  @Test
  void shouldRecommendTheLowestPercentile() {
    var recommendation =
        of(
            result(new Algorithm.RoundRobin(), 100, 0),
            result(new Algorithm.PowerOfTwoChoices(), 70, 0),
            result(new Algorithm.LeastConnections(), 40, 0));
    assertThat(recommendation.algorithm()).isEqualTo(new Algorithm.LeastConnections());
    assertThat(recommendation.reason())
        .isEqualTo(
            "the lowest p99, 40.0 ms; the best of the simpler ones, power-of-two-choices, has 70.0 ms");
  }

  @Test
  void shouldPreferTheSimplerOfTwoThatAreAlike() {
    var recommendation =
        of(
            result(new Algorithm.LeastResponseTime(), 40, 0),
            result(new Algorithm.PowerOfTwoChoices(), 41, 0),
            result(new Algorithm.RoundRobin(), 44, 0));
    assertThat(recommendation.algorithm()).isEqualTo(new Algorithm.PowerOfTwoChoices());
    assertThat(recommendation.reason())
        .startsWith(
            "its p99, 41.0 ms, is within 5 % of the lowest (40.0 ms, least-response-time), and it is simpler");
  }

  @Test
  void shouldLeaveOutThoseThatFailMore() {
    var recommendation =
        of(
            result(new Algorithm.LeastConnections(), 10, 0.02),
            result(new Algorithm.RoundRobin(), 100, 0.001));
    assertThat(recommendation.algorithm()).isEqualTo(new Algorithm.RoundRobin());
    assertThat(recommendation.reason())
        .isEqualTo(
            "the lowest p99 of those with few failures, 100.0 ms; clearly more requests failed with 1 of the others");
  }

  @Test
  void shouldNotRecommendToHashUnlessNothingElseWasCompared() {
    Result hash = result(new Algorithm.Hash(), 10, 0);
    var recommendation = of(hash, result(new Algorithm.RoundRobin(), 100, 0));
    assertThat(recommendation.algorithm()).isEqualTo(new Algorithm.RoundRobin());
    assertThat(recommendation.reason())
        .contains("with keys kept at their backends (hash) it would be 10.0 ms");
    assertThat(of(hash).algorithm()).isEqualTo(new Algorithm.Hash());
  }

  @Test
  void shouldSayThatNoAlgorithmHelpsAgainstTooMuch() {
    var tooMuch = SimulationTest.draft("load: 1.2\n").workload();
    assertThat(
            Recommendation.of(tooMuch, List.of(result(new Algorithm.RoundRobin(), 1, 0))).reason())
        .startsWith("the backends are asked for 120 % of what they can do");
  }

  private static Recommendation of(Result... results) {
    return Recommendation.of(WORKLOAD, List.of(results));
  }

  private static Result result(Algorithm algorithm, double p99, double errors) {
    double[] none = {};
    return new Result(
        algorithm,
        1_000,
        1_000,
        new Result.Times(1_000, p99 / 3, p99 / 4, p99 / 2, p99, 2 * p99, 3 * p99),
        errors,
        new Result.Imbalance(1, 1),
        new Result.Shares(1),
        new Result.Queues(0, 0, none),
        OptionalDouble.empty(),
        0,
        new Result.Course(none, none, none, none, none));
  }
}
