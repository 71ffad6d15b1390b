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
   * When the answer must have begun.
   *
   * @param usual how long answers take; given if another try may follow, which then does so much earlier
   */
  long tryDeadlineNanos(@Nullable FirstByteEstimate usual) {
    long mostNanos = policy.firstByteNanos();
    return deadlineNanos(usual == null ? mostNanos : usual.tryNanos(mostNanos), sentNanos);
  }

  /** Whether no answer may begin any more. */
  boolean isFirstByteOver(long nowNanos) {
    return nowNanos - sentNanos >= policy.firstByteNanos();
  }

  /** The answer to a request that was sent whole has begun, be it with an interim one, or the try is given up. Once for each try. */
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
