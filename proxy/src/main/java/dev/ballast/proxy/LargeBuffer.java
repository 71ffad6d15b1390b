package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A buffer for one large read. What an event loop let go last it takes first: most reads are written and over before the next
 * one, so all of them go through memory that is still in the processor's cache. A general allocator hands out ever other memory,
 * and each byte then travels to main memory and back.
 */
final class LargeBuffer extends UnpooledUnsafeDirectByteBuf {
  static final int BYTES = 98_304;

  /** For each event loop; more are let go for good. */
  static final int MOST_KEPT = 32;

  private static final FastThreadLocal<Kept> KEPT =
      new FastThreadLocal<>() {
        @Override
        protected Kept initialValue() {
          return new Kept();
        }

        @Override
        protected void onRemoval(Kept kept) {
          kept.close();
        }
      };

  private static final LongAdder ALL_BYTES = new LongAdder();

  private final Kept home;

  private LargeBuffer(ByteBufAllocator allocator, Kept home) {
    super(allocator, BYTES, BYTES);
    this.home = home;
    ALL_BYTES.add(BYTES);
  }

  /** What all of them take, those in use and those that are kept. */
  static long allBytes() {
    return ALL_BYTES.sum();
  }

  /** An empty one, for this thread. */
  static ByteBuf take(ByteBufAllocator allocator) {
    if (!PlatformDependent.hasUnsafe()) {
      return allocator.directBuffer(BYTES, BYTES);
    }
    Kept kept = KEPT.get();
    LargeBuffer buffer = kept.pop();
    return buffer == null ? new LargeBuffer(allocator, kept) : buffer.reborn();
  }

  private LargeBuffer reborn() {
    resetRefCnt();
    setIndex(0, 0);
    return this;
  }

  @Override
  protected void deallocate() {
    if (!home.push(this)) {
      free();
    }
  }

  private void free() {
    ALL_BYTES.add(-BYTES);
    super.deallocate();
  }

  /** A thread's. */
  private static final class Kept {
    private final LargeBuffer[] buffers = new LargeBuffer[MOST_KEPT];
    private final Thread owner = Thread.currentThread();
    private int count;
    private boolean isClosed;

    @Nullable LargeBuffer pop() {
      return count == 0 ? null : buffers[--count];
    }

    boolean push(LargeBuffer buffer) {
      if (isClosed || count == MOST_KEPT || !Thread.currentThread().equals(owner)) {
        return false;
      }
      buffers[count++] = buffer;
      return true;
    }

    void close() {
      isClosed = true;
      while (count > 0) {
        buffers[--count].free();
      }
    }
  }
}
