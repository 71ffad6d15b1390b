package dev.ballast.balancing;

import dev.ballast.model.SlowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The share of its weight that a backend gets after it has become eligible: from the least to all of it, in a few equal steps,
 * so that a pool is planned anew only so often.
 */
public final class SlowStartRamp {
  static final int STEPS = 10;

  private static final int WHOLE = 100;

  private SlowStartRamp() {}

  /**
   * In percent of the weight.
   *
   * @param since when it became eligible; null: it has been for long
   */
  public static int percent(SlowStart settings, @Nullable Instant since, Instant now) {
    if (since == null || settings.window().isZero()) {
      return WHOLE;
    }
    long step = stepsDone(settings.window(), since, now);
    return (int) (settings.minPercent() + (WHOLE - settings.minPercent()) * step / STEPS);
  }

  /** When the share grows next; empty once it is whole. */
  public static Optional<Instant> nextStep(
      SlowStart settings, @Nullable Instant since, Instant now) {
    if (since == null || percent(settings, since, now) == WHOLE) {
      return Optional.empty();
    }
    long next = stepsDone(settings.window(), since, now) + 1;
    long nanos = Math.ceilDiv(settings.window().toNanos() * next, STEPS);
    return Optional.of(since.plusNanos(nanos));
  }

  private static long stepsDone(Duration window, Instant since, Instant now) {
    long elapsed = Math.max(0, Duration.between(since, now).toNanos());
    return Math.min(STEPS, elapsed / Math.max(1, window.toNanos() / STEPS));
  }
}
