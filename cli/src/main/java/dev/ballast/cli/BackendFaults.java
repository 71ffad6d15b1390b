package dev.ballast.cli;

import dev.ballast.model.Durations;
import java.time.Duration;
import java.util.Map;

/**
 * How a test backend misbehaves. Immutable.
 *
 * @param delay before each answer
 * @param errors share of requests answered with 503, 0 to 1
 * @param resets share of requests and of TCP connections that are cut off without an answer, 0 to 1
 * @param isHealthy whether {@code /healthz} says so
 */
record BackendFaults(Duration delay, double errors, double resets, boolean isHealthy) {
  private static final Duration DELAY_LIMIT = Duration.ofHours(1);
  static final BackendFaults NONE = new BackendFaults(Duration.ZERO, 0, 0, true);

  BackendFaults {
    if (delay.compareTo(DELAY_LIMIT) > 0) {
      throw new IllegalArgumentException("delay is at most " + Durations.text(DELAY_LIMIT));
    }
    requireShare("errors", errors);
    requireShare("resets", resets);
  }

  /**
   * These faults with some of them changed: {@code delay=200ms}, {@code errors=0.1}, {@code resets=0.1},
   * {@code healthy=false}.
   *
   * @throws IllegalArgumentException that says what is wrong
   */
  BackendFaults with(Map<String, String> changes) {
    BackendFaults faults = this;
    for (var change : changes.entrySet()) {
      faults = faults.with(change.getKey(), change.getValue());
    }
    return faults;
  }

  private BackendFaults with(String name, String value) {
    return switch (name) {
      case "delay" -> new BackendFaults(duration(value), errors, resets, isHealthy);
      case "errors" -> new BackendFaults(delay, share(value), resets, isHealthy);
      case "resets" -> new BackendFaults(delay, errors, share(value), isHealthy);
      case "healthy" -> new BackendFaults(delay, errors, resets, Boolean.parseBoolean(value));
      default ->
          throw new IllegalArgumentException(
              "unknown fault \"" + name + "\": delay, errors, resets or healthy");
    };
  }

  /** {@code delay=200ms errors=0.1 resets=0.0 healthy=true}. */
  String text() {
    return "delay=%s errors=%s resets=%s healthy=%s"
        .formatted(Durations.text(delay), errors, resets, isHealthy);
  }

  private static Duration duration(String value) {
    return Durations.parse(value)
        .orElseThrow(
            () -> new IllegalArgumentException("delay is a duration such as 200ms: " + value));
  }

  private static double share(String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("a share is a number from 0 to 1: " + value);
    }
  }

  private static void requireShare(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(name + " is a share from 0 to 1: " + share);
    }
  }
}
