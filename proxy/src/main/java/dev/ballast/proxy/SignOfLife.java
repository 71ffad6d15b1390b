package dev.ballast.proxy;

/**
 * Whether bytes of a stream say that their sender lives. Those that were read soon after reading had stopped for a slow receiver do not: they may have
 * waited in the kernel since, and a sender that froze meanwhile would seem alive for as long as its last bytes last.
 *
 * <p>Owned by the event loop of the stream.
 */
final class SignOfLife {
  /** So long after a stop all that had waited has been read: reading goes on without a break then. */
  static final long WAIT_NANOS = 1_000_000_000;

  private boolean hasCome;
  private boolean wasStopped;
  private boolean isWaiting;
  private long stoppedNanos;

  /** Bytes have come, in this turn. */
  void came() {
    hasCome = true;
  }

  /**
   * Whether this turn's bytes are one; asked once, at its end.
   *
   * @param isStopped whether reading has stopped
   */
  boolean isOne(boolean isStopped, long nowNanos) {
    if (isStopped || wasStopped) {
      stoppedNanos = nowNanos;
      isWaiting = true;
    }
    wasStopped = isStopped;
    isWaiting &= nowNanos - stoppedNanos < WAIT_NANOS;
    boolean isOne = hasCome && !isWaiting;
    hasCome = false;
    return isOne;
  }
}
