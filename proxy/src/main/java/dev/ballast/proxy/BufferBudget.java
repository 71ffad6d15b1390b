package dev.ballast.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.function.LongSupplier;

/**
 * How much the buffers of all connections may take together. The limits of each connection don't bound the sum: 50,000 clients
 * that don't take their answers would hold 9 GiB. So whenever the sum is too large, those who hold most and have held it for a
 * while are cut off, until it fits again. Safe for all event loops.
 */
final class BufferBudget {
  private final LongSupplier usedBytes;
  private final long limit;
  private final int loops;

  /** @param loops how many share what is to be given up */
  BufferBudget(Limits limits, int loops) {
    this(BufferBudget::usedBytes, limits.of(Limit.BUFFERS_IN_ALL), loops);
  }

  BufferBudget(LongSupplier usedBytes, long limit, int loops) {
    this.usedBytes = usedBytes;
    this.limit = limit;
    this.loops = loops;
  }

  /** What the buffers of this process take, handed out or kept for the next. */
  static long usedBytes() {
    long large = LargeBuffer.allBytes();
    return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider general
        ? large + general.metric().usedDirectMemory()
        : large;
  }

  /** Bytes that each event loop has to give up now; 0 if all is well. */
  long excess() {
    return Math.max(0, usedBytes.getAsLong() - limit) / loops;
  }

  /** Whether it may soon be too much: time to look who holds what. */
  boolean isTight() {
    return usedBytes.getAsLong() > limit / 2;
  }
}
