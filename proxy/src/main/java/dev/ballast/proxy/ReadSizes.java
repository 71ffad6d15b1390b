package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much a connection reads at once: more as soon as a read was full, less when two turns in a row would have fitted into the
 * size before. So a connection that waits for its next request, or gets it in drops, holds little.
 */
final class ReadSizes extends DefaultMaxMessagesRecvByteBufAllocator {
  /** Shared by all connections; what each has learnt is in its handle. */
  static final RecvByteBufAllocator ADAPTED = new ReadSizes();

  private static final int[] BYTES = {512, 2_048, 16_384, LargeBuffer.BYTES};
  private static final int FIRST = 1;
  private static final int READS_IN_A_ROW = 16;

  private ReadSizes() {
    super(READS_IN_A_ROW);
  }

  @Override
  @SuppressWarnings("deprecation") // the type that the interface asks for
  public Handle newHandle() {
    return new Learnt();
  }

  private final class Learnt extends MaxMessageHandle {
    private int size = FIRST;
    private boolean wasLittle;

    @Override
    public int guess() {
      return BYTES[size];
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return size == BYTES.length - 1
          ? LargeBuffer.take(allocator)
          : allocator.ioBuffer(BYTES[size]);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier mayBeMore) {
      return totalBytesRead() < LargeBuffer.BYTES && super.continueReading(mayBeMore);
    }

    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(bytes);
      if (bytes == attemptedBytesRead() && size < BYTES.length - 1) {
        size++;
        wasLittle = false;
      }
    }

    @Override
    public void readComplete() {
      boolean isLittle = size > 0 && totalBytesRead() <= BYTES[size - 1];
      if (isLittle && wasLittle) {
        size--;
      }
      wasLittle = isLittle && !wasLittle;
    }
  }
}
