package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Keeps what was received until it can be used. */
final class Buffers {
  private Buffers() {}

  /** One buffer with what was kept and then what has come; takes both over. */
  static ByteBuf joined(@Nullable ByteBuf kept, ByteBuf more) {
    if (kept == null) {
      return more;
    }
    if (more.readableBytes() <= kept.maxFastWritableBytes()) {
      kept.writeBytes(more);
      more.release();
      return kept;
    }
    ByteBuf both =
        kept.alloc().directBuffer(Math.max(256, 2 * (kept.readableBytes() + more.readableBytes())));
    both.writeBytes(kept).writeBytes(more);
    kept.release();
    more.release();
    return both;
  }
}
