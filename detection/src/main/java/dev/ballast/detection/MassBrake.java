package dev.ballast.detection;

import java.time.Duration;

/**
 * Doubts the observer when very many of its targets fall silent within one window: a cut cable at the observer looks just like the death
 * of everything. Silence convicts nobody while the brake holds, and it holds for a bounded time only, after which the observer is
 * believed. Proof, as a refused connection, is never held back.
 *
 * <p>It counts who is silent, which is known about a second before the first of them could be convicted.
 *
 * <p>Between the beginnings of two holds lie at least six times the hold, so that a crowd that comes and goes can't keep a dead target
 * in use for good.
 *
 * <p>Owned by one thread.
 */
public final class MassBrake {
  private static final int REST = 6;

  private final Settings settings;
  private boolean isOn;
  private boolean hasHeld;
  private long since;

  /**
   * When to doubt.
   *
   * @param share of the watched targets that must be exceeded, in per cent, 1 to 100; 100 never brakes
   * @param atLeast and at least so many targets, 1 or more
   * @param hold for how long silence convicts nobody, 0 to 5 min; for as long a conviction by silence is counted too
   */
  public record Settings(int share, int atLeast, Duration hold) {
    public static final Settings DEFAULT = new Settings(30, 3, Duration.ofSeconds(10));

    public Settings {
      if (share < 1 || share > 100 || atLeast < 1) {
        throw new IllegalArgumentException(
            "the brake's share must be 1 to 100 per cent of at least 1 target, not %d of %d"
                .formatted(share, atLeast));
      }
      if (hold.isNegative() || hold.compareTo(Duration.ofMinutes(5)) > 0) {
        throw new IllegalArgumentException(
            "the brake must hold for 0 to 300000 ms, not " + hold.toMillis() + " ms");
      }
    }
  }

  MassBrake(Settings settings) {
    this.settings = settings;
  }

  /**
   * Rules on silence.
   *
   * @param silent targets that are silent now, or were convicted by silence within the last window, of those that were healthy before
   * @param watched all targets that are healthy, or were convicted by silence within the last window
   */
  Ruling rule(int silent, int watched, long now) {
    boolean isMass =
        silent >= settings.atLeast() && 100L * silent > (long) settings.share() * watched;
    if (!isMass) {
      isOn = false;
      return Ruling.CONVICT;
    }
    if (!isOn && isRested(now)) {
      hasHeld = true;
      since = now;
    }
    isOn = true;
    return isHolding(now) ? Ruling.HOLD : Ruling.CONVICT;
  }

  private boolean isRested(long now) {
    return !hasHeld || now - since - REST * holdNanos() >= 0;
  }

  /** Whether the observer is in doubt now. */
  boolean isHolding(long now) {
    return isOn && hasHeld && since + holdNanos() - now > 0;
  }

  long holdNanos() {
    return settings.hold().toNanos();
  }
}
