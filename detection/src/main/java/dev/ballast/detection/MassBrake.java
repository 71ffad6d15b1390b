package dev.ballast.detection;

import java.time.Duration;

/**
 * Doubts the observer when very many of its targets fall silent within one window: a cut cable at the observer looks just like the death
 * of everything. Silence convicts nobody while the brake holds, and it holds for a bounded time only, after which the observer is
 * believed. Proof, as a refused connection, is never held back.
 *
 * <p>It counts suspects, who are known about a second before the first of them could be convicted.
 *
 * <p>Owned by one thread.
 */
final class MassBrake {
  private final Settings settings;
  private boolean isOn;
  private long since;

  /**
   * When to doubt.
   *
   * @param share of the watched targets that must be exceeded, in per cent, 1 to 100; 100 never brakes
   * @param atLeast and at least so many targets
   * @param hold for how long silence convicts nobody
   */
  record Settings(int share, int atLeast, Duration hold) {
    static final Settings DEFAULT = new Settings(30, 3, Duration.ofSeconds(10));
  }

  MassBrake(Settings settings) {
    this.settings = settings;
  }

  /**
   * Rules on silence.
   *
   * @param silent targets that are suspect now, or were convicted by silence within the last window, of those that were healthy before
   * @param watched all targets that answer or lately did
   */
  Ruling rule(int silent, int watched, long now) {
    boolean isMass =
        silent >= settings.atLeast() && 100L * silent > (long) settings.share() * watched;
    if (!isMass) {
      isOn = false;
      return Ruling.CONVICT;
    }
    if (!isOn) {
      isOn = true;
      since = now;
    }
    return isHolding(now) ? Ruling.HOLD : Ruling.CONVICT;
  }

  /** Whether the observer is in doubt now. */
  boolean isHolding(long now) {
    return isOn && since + settings.hold().toNanos() - now > 0;
  }
}
