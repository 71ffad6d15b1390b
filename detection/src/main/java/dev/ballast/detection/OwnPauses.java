package dev.ballast.detection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Notices when the observer itself was away: a loop that should come round every few milliseconds and comes late was paused, by a
 * garbage collection, by the scheduler, or by a signal. What its targets failed to say meanwhile is not their fault.
 *
 * <p>What of a pause lies before the time at which the loop meant to come round can't be told from sleep, so the loop must come round
 * often.
 *
 * <p>Owned by the loop.
 */
final class OwnPauses {
  /** Lateness that is not called a pause: what timers and a busy loop cause. */
  static final Duration TOLERANCE = Duration.ofMillis(30);

  private long last;
  private long meant;
  private long count;
  private long totalNanos;

  /** Begins now. */
  OwnPauses(long now) {
    this.last = now;
    this.meant = now;
  }

  /** A time during which the observer was away. */
  record Pause(long from, long to) {}

  /** The loop will come round at this time at the latest. */
  void meanTo(long at) {
    meant = at;
  }

  /**
   * The loop has come round, for whatever reason.
   *
   * @return the pause that lies behind it, if there was one
   */
  @Nullable Pause turn(long now) {
    long from = last - meant > 0 ? last : meant;
    last = now;
    if (now - from <= TOLERANCE.toNanos()) {
      return null;
    }
    count++;
    totalNanos += now - from;
    return new Pause(from, now);
  }

  long count() {
    return count;
  }

  long totalNanos() {
    return totalNanos;
  }
}
