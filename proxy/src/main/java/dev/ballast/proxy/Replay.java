package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was sent of a request, kept until its answer begins, so that it can go out once more: the very bytes, not a copy.
 * Bounded in bytes and in buffers; a request that outgrows that is let go of, and goes out once only. Owned by one event loop;
 * reused for each request.
 */
final class Replay {
  private static final ByteBuf[] NO_BUFFERS = {};
  private static final int[] NO_ENDS = {};
  private static final int FIRST_ROOM = 8;

  private final Loop loop;
  private boolean isKeeping;
  private @Nullable ByteBuf first;
  private int firstEnd;
  private ByteBuf[] more = NO_BUFFERS;
  private int[] moreEnds = NO_ENDS;
  private int count;
  private long bytes;

  Replay(Loop loop) {
    this.loop = loop;
  }

  /** Starts with a new request. */
  void begin(boolean mayGoOutTwice) {
    drop();
    isKeeping = mayGoOutTwice;
  }

  /** Whether all that was sent is here. */
  boolean isWhole() {
    return isKeeping;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** This goes out now. Whatever the channel does to the buffer's indexes, its bytes stay. */
  void sent(ByteBuf buffer) {
    if (!isKeeping) {
      return;
    }
    bytes += buffer.readableBytes();
    if (bytes > loop.limits().of(Limit.REPLAY_BYTES)
        || count >= loop.limits().of(Limit.REPLAY_BUFFERS)) {
      loop.count(Counter.REPLAYS_GIVEN_UP);
      drop();
      return;
    }
    keep(buffer.retain());
  }

  private void keep(ByteBuf buffer) {
    if (first == null) {
      first = buffer;
      firstEnd = buffer.writerIndex();
      return;
    }
    if (count == more.length) {
      int room = Math.max(FIRST_ROOM, 2 * count);
      more = Arrays.copyOf(more, room);
      moreEnds = Arrays.copyOf(moreEnds, room);
    }
    more[count] = buffer;
    moreEnds[count] = buffer.writerIndex();
    count++;
  }

  /** Writes all of it once more, without flushing. */
  void sendAgain(Channel channel) {
    if (first != null) {
      send(first, firstEnd, channel);
    }
    for (int i = 0; i < count; i++) {
      send(more[i], moreEnds[i], channel);
    }
  }

  /** By indexes of its own: a write of the try before may still be under way in the kernel, and moves those of the buffer when it ends. */
  private static void send(ByteBuf buffer, int end, Channel channel) {
    Sockets.write(channel, buffer.retainedDuplicate().setIndex(0, end));
  }

  /** The answer has begun, or there will be none. */
  void drop() {
    isKeeping = false;
    bytes = 0;
    if (first != null) {
      first.release();
      first = null;
    }
    for (int i = 0; i < count; i++) {
      more[i].release();
    }
    Arrays.fill(more, 0, count, null);
    count = 0;
  }
}
