package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Keeps new clients away from a listening socket that is about to be closed, so that its queue can be emptied for good: what
 * closing finds in the queue would be reset.
 *
 * <p>Idea: a socket filter (classic BPF, as in Linux' networking/filter.rst) that drops TCP segments with SYN and without ACK.
 * Handshakes under way still complete. A client that begins one now sends its SYN again after 1 s, and is refused then.
 *
 * <pre>
 * ldb [13]            the flags of the TCP header
 * and #0x12           SYN and ACK
 * jeq #0x02, 0, 1     SYN alone
 * ret #0              drop
 * ret #-1             keep
 * </pre>
 */
final class Newcomers {
  private static final int SOL_SOCKET = 1;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int PROGRAM_BYTES = 16;
  private static final int POINTER_AT = 8;
  private static final RawUnixChannelOption ATTACH_FILTER =
      new RawUnixChannelOption("SO_ATTACH_FILTER", SOL_SOCKET, SO_ATTACH_FILTER, PROGRAM_BYTES);

  /** Code (2 bytes), jump if true, jump if false, operand (4). */
  private static final int[][] INSTRUCTIONS = {
    {0x30, 0, 0, 13},
    {0x54, 0, 0, 0x12},
    {0x15, 0, 1, 0x02},
    {0x06, 0, 0, 0},
    {0x06, 0, 0, -1},
  };

  private Newcomers() {}

  /** Answers whether they are kept away; where there is no such filter, they are not. */
  static boolean keepAway(ServerSocketChannel listening) {
    ByteBuf instructions = instructions();
    try {
      return instructions.hasMemoryAddress()
          && listening.config().setOption(ATTACH_FILTER, program(instructions));
    } catch (ChannelException e) {
      return false;
    } finally {
      instructions.release();
    }
  }

  private static ByteBuf instructions() {
    ByteBuf out = Unpooled.directBuffer(8 * INSTRUCTIONS.length);
    for (int[] instruction : INSTRUCTIONS) {
      write(out, instruction);
    }
    return out;
  }

  private static void write(ByteBuf out, int[] instruction) {
    boolean isLittle = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (isLittle) {
      out.writeShortLE(instruction[0]);
    } else {
      out.writeShort(instruction[0]);
    }
    out.writeByte(instruction[1]).writeByte(instruction[2]);
    if (isLittle) {
      out.writeIntLE(instruction[3]);
    } else {
      out.writeInt(instruction[3]);
    }
  }

  /** The kernel's {@code struct sock_fprog}: how many instructions, and where they are. */
  private static ByteBuffer program(ByteBuf instructions) {
    return ByteBuffer.allocateDirect(PROGRAM_BYTES)
        .order(ByteOrder.nativeOrder())
        .putShort(0, (short) INSTRUCTIONS.length)
        .putLong(POINTER_AT, instructions.memoryAddress());
  }
}
