package dev.ballast.simulator;

import dev.ballast.model.Algorithm;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Which of the compared algorithms to choose, and why. Among those whose errors are not clearly more than the fewest, the one with the lowest 99th
 * percentile is the best; one that is simpler and hardly worse is preferred to it.
 *
 * @param reason for people, in a sentence or two
 */
public record Recommendation(Algorithm algorithm, String reason) {
  /** How much worse a simpler one may be: about what one seed and another differ by. */
  private static final double HARDLY = 1.05;

  /** Errors beyond this share more than the fewest are clearly more. */
  private static final double ERRORS = 0.001;

  /** From the simplest, which knows nothing of the backends, to the one that knows most of them. */
  private static final List<String> SIMPLEST_FIRST =
      List.of(
          "round-robin",
          "weighted-round-robin",
          "random",
          "weighted-random",
          "power-of-two-choices",
          "least-connections",
          "weighted-least-connections",
          "least-load",
          "least-response-time",
          "hash");

  /**
   * What these results say for this workload.
   *
   * @param results at least one
   */
  public static Recommendation of(Workload workload, List<Result> results) {
    double fewest = results.stream().mapToDouble(Result::errors).min().orElse(0);
    List<Result> sound =
        results.stream()
            .filter(result -> result.errors() <= fewest + ERRORS)
            .filter(result -> !isHash(result) || results.stream().allMatch(Recommendation::isHash))
            .toList();
    List<Result> candidates = sound.isEmpty() ? results : sound;
    Result best =
        candidates.stream()
            .min(Comparator.comparingDouble(result -> result.times().p99()))
            .orElseThrow();
    Result choice =
        candidates.stream()
            .filter(result -> result.times().p99() <= HARDLY * best.times().p99())
            .filter(result -> result.times().p50() <= 2 * best.times().p50())
            .min(Comparator.comparingInt(Recommendation::complexity))
            .orElse(best);
    return new Recommendation(
        choice.algorithm(), reason(workload, results, candidates, best, choice));
  }

  /** The algorithm's type, and those of its parameters that are not at their defaults. */
  public String name() {
    return AlgorithmName.of(algorithm);
  }

  private static boolean isHash(Result result) {
    return result.algorithm() instanceof Algorithm.Hash;
  }

  private static int complexity(Result result) {
    int place = SIMPLEST_FIRST.indexOf(result.algorithm().type());
    return place < 0 ? SIMPLEST_FIRST.size() : place;
  }

  private static String reason(
      Workload workload,
      List<Result> results,
      List<Result> candidates,
      Result best,
      Result choice) {
    var reason = new StringJoiner("; ");
    if (workload.utilisation() >= 1) {
      reason.add(
          "the backends are asked for "
              + Math.round(100 * workload.utilisation())
              + " % of what they can do, so lines grow as long as it lasts, whatever the algorithm");
    }
    long failing =
        results.stream().filter(result -> !candidates.contains(result) && !isHash(result)).count();
    reason.add(p99(results, failing > 0, best, choice));
    candidates.stream()
        .filter(result -> complexity(result) < complexity(choice))
        .min(Comparator.comparingDouble(result -> result.times().p99()))
        .ifPresent(
            simpler ->
                reason.add(
                    "the best of the simpler ones, "
                        + simpler.name()
                        + ", has "
                        + millis(simpler)));
    if (failing > 0) {
      reason.add("clearly more requests failed with " + failing + " of the others");
    }
    results.stream()
        .filter(result -> isHash(result) && !isHash(choice))
        .min(Comparator.comparingDouble(result -> result.times().p99()))
        .ifPresent(
            hash ->
                reason.add(
                    "with keys kept at their backends ("
                        + hash.name()
                        + ") it would be "
                        + millis(hash)));
    return reason.toString();
  }

  private static String p99(
      List<Result> results, boolean areSomeFailing, Result best, Result choice) {
    String among = areSomeFailing ? " of those with few failures" : "";
    if (results.size() == 1) {
      return "the only one that was looked at, with a p99 of " + millis(best);
    }
    if (choice.equals(best)) {
      return "the lowest p99" + among + ", " + millis(best);
    }
    return "its p99, "
        + millis(choice)
        + ", is within "
        + Math.round(100 * (HARDLY - 1))
        + " % of the lowest"
        + among
        + " ("
        + millis(best)
        + ", "
        + best.name()
        + "), and it is simpler";
  }

  private static String millis(Result result) {
    return String.format(Locale.ROOT, "%.1f ms", result.times().p99());
  }
}
