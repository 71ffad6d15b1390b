package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes from the kernel what has come. */
final class SocketInput {
  private SocketInput() {}

  /** Reads once, as much as there is room for; answers how many bytes: 0 if there are none yet, −1 at the end. */
  static int read(FileDescriptor from, ByteBuf in) throws IOException {
    int at = in.writerIndex();
    int count;
    if (in.hasMemoryAddress()) {
      count = from.readAddress(in.memoryAddress(), at, in.capacity());
    } else {
      ByteBuffer bytes = in.internalNioBuffer(at, in.writableBytes());
      count = from.read(bytes, bytes.position(), bytes.limit());
    }
    if (count > 0) {
      in.writerIndex(at + count);
    }
    return count;
  }
}
