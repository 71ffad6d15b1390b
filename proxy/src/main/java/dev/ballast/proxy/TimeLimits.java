package dev.ballast.proxy;

import dev.ballast.balancing.FirstByteEstimate;
import org.jspecify.annotations.Nullable;

/**
 * How long one exchange may take: each of its phases, and the whole. Owned by one event loop; reused for each exchange.
 *
 * <p>The whole is bounded as long as it is known how much there is to send: {@code overall}, and a second more for so many bytes
 * of either body. Where a body's length is not told in advance, in uploads in chunks, event streams and the like, progress is
 * what counts: then {@code idle} alone is the limit.
 */
final class TimeLimits {
  private static final long LONGEST_SECONDS = 1_000_000_000;
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long FIRST_LOOK_NANOS = SECOND_NANOS;
  private static final long SOON_NANOS = DeadlineWheel.TICK_NANOS;

  private final int bytesPerSecond;
  private ExchangePolicy policy = ExchangePolicy.NONE;
  private boolean isWholeBounded;
  private long overallDeadlineNanos;
  private long sentNanos;
  private boolean isFirstByteDue;

  TimeLimits(Limits limits) {
    this.bytesPerSecond = limits.of(Limit.SLOWEST_BYTES_PER_SECOND);
  }

  /** Starts with a new exchange. */
  void begin(ExchangePolicy of, BodyFraming request, long length, long nowNanos) {
    policy = of;
    isWholeBounded = true;
    isFirstByteDue = false;
    overallDeadlineNanos = nowNanos + of.overallNanos();
    allowFor(request, length);
  }

  /** The answer's head has come. */
  void answered(BodyFraming answer, long length) {
    allowFor(answer, length);
  }

  private void allowFor(BodyFraming body, long length) {
    switch (body) {
      case NONE -> {}
      case LENGTH ->
          overallDeadlineNanos += Math.min(LONGEST_SECONDS, length / bytesPerSecond) * SECOND_NANOS;
      case CHUNKED, UNTIL_CLOSE -> isWholeBounded = false;
    }
  }

  ExchangePolicy policy() {
    return policy;
  }

  /** The request has gone out whole. */
  void sent(long nowNanos) {
    sentNanos = nowNanos;
    isFirstByteDue = true;
  }

  /** When the exchange is over if the phase that may take {@code phaseNanos} from {@code fromNanos} on goes on until then. */
  long deadlineNanos(long phaseNanos, long fromNanos) {
    long phaseDeadlineNanos = fromNanos + phaseNanos;
    boolean isOverallFirst = isWholeBounded && overallDeadlineNanos - phaseDeadlineNanos < 0;
    return isOverallFirst ? overallDeadlineNanos : phaseDeadlineNanos;
  }

  /**
   * When to look next whether the answer is overdue.
   *
   * @param mayFollow whether another try may follow: then it is after a second, and again each time that a quarter more has passed
   * @param isSoon whether all that is lacking for that is room in the budget, which others give back any moment
   */
  long lookNanos(boolean mayFollow, boolean isSoon, long nowNanos) {
    long mostNanos = policy.firstByteNanos();
    long waitedNanos = nowNanos - sentNanos;
    long pauseNanos = isSoon ? SOON_NANOS : waitedNanos >> 2;
    long nextNanos = Math.max(FIRST_LOOK_NANOS, waitedNanos + pauseNanos);
    return deadlineNanos(mayFollow ? Math.min(mostNanos, nextNanos) : mostNanos, sentNanos);
  }

  /**
   * Whether an answer would usually have begun long ago.
   *
   * @param p99Nanos within what nearly all of them begin, or {@link FirstByteEstimate#UNKNOWN}
   */
  boolean isTryOver(long p99Nanos, long nowNanos) {
    return nowNanos - sentNanos >= FirstByteEstimate.tryNanos(p99Nanos, policy.firstByteNanos());
  }

  /** Whether no answer may begin any more. */
  boolean isFirstByteOver(long nowNanos) {
    return nowNanos - sentNanos >= policy.firstByteNanos();
  }

  /**
   * The answer to a request that was sent whole has begun, be it with an interim one. Once for each try. One that is given up says
   * nothing of how long answers take: counted, a backend that hangs would teach its pool to be patient with it.
   */
  void recordFirstByte(@Nullable FirstByteEstimate usual, long nowNanos) {
    boolean isFirst = isFirstByteDue;
    isFirstByteDue = false;
    if (usual != null && isFirst) {
      usual.record(nowNanos - sentNanos, nowNanos);
    }
  }

  boolean isOverallOver(long nowNanos) {
    return isWholeBounded && overallDeadlineNanos - nowNanos <= 0;
  }
}
