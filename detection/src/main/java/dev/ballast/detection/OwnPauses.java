package dev.ballast.detection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Notices when the observer itself was away: a loop that should come round every few milliseconds and comes late was paused, by a
 * garbage collection, by the scheduler, or by a signal. What its targets failed to say meanwhile is not their fault.
 *
 * <p>Owned by the loop.
 */
final class OwnPauses {
  private final long toleranceNanos;
  private long last;

  /**
   * Begins now.
   *
   * @param tolerance lateness that is not called a pause
   */
  OwnPauses(Duration tolerance, long now) {
    this.toleranceNanos = tolerance.toNanos();
    this.last = now;
  }

  /** A time during which the observer was away. */
  record Pause(long from, long to) {
    long nanos() {
      return to - from;
    }
  }

  /**
   * The loop comes round, having meant to at {@code meant}.
   *
   * @return the pause that lies behind it, if there was one
   */
  @Nullable Pause turn(long meant, long now) {
    long from = Math.max(last - now, meant - now) + now;
    last = now;
    return now - from > toleranceNanos ? new Pause(from, now) : null;
  }
}
