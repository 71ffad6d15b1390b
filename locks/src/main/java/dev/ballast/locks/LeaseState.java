package dev.ballast.locks;

import java.time.Duration;

/**
 * What a process knows of a lease of its own, and decides about it: when to renew, and when it is over. Without I/O: {@link
 * Session} drives it with threads and an engine, the simulation with virtual ones.
 *
 * <p>Invariant: once {@link #isMine} was false it is never true again, even if a renewal that was under way succeeds.
 *
 * <p>Owned by one thread or lock. Times are nanoseconds of the process's monotonic clock.
 */
final class LeaseState {
  private final LeaseClock clock;
  private Phase phase = Phase.OPEN;
  private boolean isCalling;
  private boolean isCallWanted;

  enum Phase {
    OPEN,
    LOST,
    CLOSED
  }

  /** A lease that was opened by a call sent at {@code sentAt}; see {@link LeaseClock}. */
  LeaseState(Duration ttl, int driftPerMille, long sentAt) {
    clock = new LeaseClock(ttl, driftPerMille, sentAt);
  }

  Phase phase() {
    return phase;
  }

  /** Whether the lease may be relied on. */
  boolean isMine(long now) {
    return phase == Phase.OPEN && clock.isMine(now);
  }

  /** For how long it may be relied on if it is not renewed again, in nanoseconds; not negative. */
  long remaining(long now) {
    return phase == Phase.OPEN ? clock.remaining(now) : 0;
  }

  /** Asks for a renewal at once; if one is under way, for another after it, since that one may have been too early. */
  void wantCall() {
    isCallWanted = true;
  }

  /** Whether to send a renewal now, which is then under way: one at a time. */
  boolean call(long now) {
    if (isCalling || !isMine(now) || (!isCallWanted && clock.nextCall() - now > 0)) {
      return false;
    }
    isCallWanted = false;
    isCalling = true;
    return true;
  }

  /** How long nothing is to be done, in nanoseconds; 0 if the lease is over. Asked after {@link #call}. */
  long pause(long now) {
    long remaining = remaining(now);
    return isCalling ? remaining : Math.min(remaining, Math.max(1, clock.nextCall() - now));
  }

  /** The renewal sent at {@code sentAt} has succeeded. */
  void renewed(long sentAt, long now) {
    isCalling = false;
    if (isMine(now)) {
      clock.renewed(sentAt);
    }
  }

  /** The renewal got no answer. */
  void failed(long now) {
    isCalling = false;
    clock.failed(now);
  }

  /**
   * Ends it.
   *
   * @return false if it was over already
   */
  boolean end(Phase how) {
    if (phase != Phase.OPEN) {
      return false;
    }
    phase = how;
    return true;
  }
}
