package dev.ballast.detection;

import java.time.Duration;

/**
 * Doubts the observer when very many of its targets fall silent within one window: a cut cable at the observer looks just like the death
 * of everything. Silence convicts nobody while the brake holds, and it holds for a bounded time only, after which the observer is
 * believed. Proof, as a refused connection, is never held back.
 *
 * <p>It counts who is silent, which is known about a second before the first of them could be convicted.
 *
 * <p>When a mass dissolves, the brake holds on for as long as that lasted, at most 1.5 s: who is still silent then has not been asked
 * again yet.
 *
 * <p>Time held is used up, and comes back six times as slowly while there is no mass, so that a crowd that comes and goes can't keep
 * a dead target in use for good: in the long run the brake holds for a seventh of the time at most.
 *
 * <p>Owned by one thread.
 */
public final class MassBrake {
  private static final int RECOVERY = 6;
  private static final int FEW = 2;
  private static final long MOST_LINGERING_NANOS = Duration.ofMillis(1_500).toNanos();

  private final Settings settings;
  private boolean isMass;
  private long heldNanos;
  private long began;
  private long lingersUntil;
  private long last;

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

  MassBrake(Settings settings, long now) {
    this.settings = settings;
    this.last = now;
    this.lingersUntil = now;
  }

  /**
   * Rules on silence.
   *
   * @param silent targets that are silent now, or were convicted by silence within the last window, of those that were healthy before
   * @param watched all targets that are healthy, or were convicted by silence within the last window
   * @param isAsAll whether nobody at all has answered since the silence in question began: then two are enough, as others have not been
   *     asked yet
   */
  Ruling rule(int silent, int watched, boolean isAsAll, long now) {
    boolean isMassNow =
        (silent >= settings.atLeast() && 100L * silent > (long) settings.share() * watched)
            || (isAsAll
                && silent >= FEW
                && watched >= settings.atLeast()
                && settings.share() < 100);
    account(now);
    if (isMassNow && !isMass) {
      began = now;
    } else if (isMass && !isMassNow && isHolding(now)) {
      lingersUntil = now + Math.min(now - began, MOST_LINGERING_NANOS);
    }
    isMass = isMassNow;
    return isHolding(now) ? Ruling.HOLD : Ruling.CONVICT;
  }

  private void account(long now) {
    long passed = now - last;
    last = now;
    if (isMass) {
      heldNanos = Math.min(heldNanos + passed, holdNanos());
    } else {
      heldNanos = Math.max(0, heldNanos - passed / RECOVERY);
    }
  }

  /** Whether the observer is in doubt. */
  boolean isHolding(long now) {
    return isMass ? heldNanos < holdNanos() : lingersUntil - now > 0;
  }

  long holdNanos() {
    return settings.hold().toNanos();
  }
}
