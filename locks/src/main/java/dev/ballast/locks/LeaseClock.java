package dev.ballast.locks;

import java.time.Duration;

/**
 * What a holder may believe of its lease, from its own monotonic clock alone. The engine begins to count when it handles a
 * call, which is after the call was sent: so the holder counts from <em>before</em> the last call that succeeded, and stops
 * earlier by as much as the two clocks may drift apart meanwhile. While {@link #isMine} is true the engine has not yet let
 * anybody else in, whatever the network does, as long as the clocks keep within the drift.
 *
 * <p>A plain value machine without I/O: the same in {@link Session} and in the simulation. Owned by one thread or lock.
 */
final class LeaseClock {
  private final long ttlNanos;
  private final long marginNanos;
  private long deadline;
  private long nextCall;
  private int failures;

  /**
   * @param driftPerMille by how much one clock may run faster than the other, in thousandths
   * @param sentAt when the call that opened the lease was about to be sent
   */
  LeaseClock(Duration ttl, int driftPerMille, long sentAt) {
    ttlNanos = ttl.toNanos();
    marginNanos = ttlNanos / 1000 * driftPerMille + Duration.ofMillis(2).toNanos();
    renewed(sentAt);
  }

  /** A call that gives the lease its whole time again was sent at {@code sentAt}, and has succeeded. */
  void renewed(long sentAt) {
    deadline = sentAt + ttlNanos - marginNanos;
    nextCall = sentAt + ttlNanos / 3;
    failures = 0;
  }

  /** A renewal got no answer: the next comes after a pause that doubles from a fiftieth of the time to live to a fifth. */
  void failed(long now) {
    nextCall = now + ((ttlNanos / 50) << Math.min(failures++, 3));
  }

  /** Conservative: false from the deadline on, though the engine may still keep the lease. */
  boolean isMine(long now) {
    return deadline - now > 0;
  }

  /** How long the lease may still be relied on, in nanoseconds; not negative. */
  long remaining(long now) {
    return Math.max(0, deadline - now);
  }

  /** When to renew next. */
  long nextCall() {
    return nextCall;
  }
}
