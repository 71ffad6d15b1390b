package dev.ballast.verify;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * One fault of one backend, by one machine's clock.
 *
 * @param began just before it was done
 * @param verdict since when the orchestrator has it unhealthy, by its own word
 * @param stored when another connection to the database saw that
 * @param used when the last LB server said that it has it in use
 * @param reason of the verdict
 */
record HealthSample(
    HealthFault fault,
    String pool,
    Instant began,
    Instant verdict,
    Instant stored,
    Instant used,
    String reason) {
  double toVerdictMillis() {
    return millis(began, verdict);
  }

  double toStoredMillis() {
    return millis(began, stored);
  }

  double toUsedMillis() {
    return millis(began, used);
  }

  /** From the verdict to every LB server. */
  double spreadMillis() {
    return millis(verdict, used);
  }

  /** A line of JSON. */
  String json() {
    return String.format(
        Locale.ROOT,
        "{\"fault\": \"%s\", \"pool\": \"%s\", \"verdictMillis\": %.1f, \"storedMillis\": %.1f, \"usedMillis\": %.1f,"
            + " \"spreadMillis\": %.1f, \"reason\": \"%s\"}",
        fault,
        pool,
        toVerdictMillis(),
        toStoredMillis(),
        toUsedMillis(),
        spreadMillis(),
        reason.replace("\"", "'"));
  }

  private static double millis(Instant from, Instant until) {
    return Duration.between(from, until).toNanos() / 1e6;
  }
}
