package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;

/** Hands what waits to be written to the kernel: one buffer as it is, several at once. */
final class SocketOutput {
  private static final int MOST_GATHERED = 128;

  /** One for each event loop. */
  private static final FastThreadLocal<IovArray> GATHERED =
      new FastThreadLocal<>() {
        @Override
        protected IovArray initialValue() {
          return new IovArray(MOST_GATHERED);
        }

        @Override
        protected void onRemoval(IovArray array) {
          array.release();
        }
      };

  private SocketOutput() {}

  /** The same bytes where the kernel can take them from; takes `bytes` over. */
  static ByteBuf writable(ByteBuf bytes, ByteBufAllocator allocator) {
    if (!UnixChannelUtil.isBufferCopyNeededForWrite(bytes)) {
      return bytes;
    }
    ByteBuf copy = allocator.directBuffer(bytes.readableBytes());
    copy.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    bytes.release();
    return copy;
  }

  /** Writes once; answers whether the kernel took anything. */
  static boolean write(ChannelOutboundBuffer out, FileDescriptor to) throws IOException {
    ByteBuf first = (ByteBuf) out.current();
    if (out.size() > 1 || !first.hasMemoryAddress()) {
      return gather(out, to);
    }
    int written =
        first.isReadable()
            ? to.writeAddress(first.memoryAddress(), first.readerIndex(), first.writerIndex())
            : 0;
    if (written == 0 && first.isReadable()) {
      return false;
    }
    out.removeBytes(written);
    return true;
  }

  private static boolean gather(ChannelOutboundBuffer out, FileDescriptor to) throws IOException {
    IovArray array = GATHERED.get();
    array.clear();
    try {
      out.forEachFlushedMessage(array);
    } catch (Exception e) {
      throw new IOException(e);
    }
    long written =
        array.count() == 0 ? 0 : to.writevAddresses(array.memoryAddress(0), array.count());
    if (written == 0 && array.count() > 0) {
      return false;
    }
    out.removeBytes(written);
    return true;
  }
}
