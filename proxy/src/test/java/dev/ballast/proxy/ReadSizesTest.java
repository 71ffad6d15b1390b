package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How much is read at once, and into what. */
class ReadSizesTest {
  private final ChannelConfig config = new EmbeddedChannel().config();

  @SuppressWarnings("deprecation") // the type that the interface has
  private final RecvByteBufAllocator.Handle sizes = ReadSizes.ADAPTED.newHandle();

  /** One turn in which this much comes, in reads as large as they may be; answers their sizes. */
  private List<Integer> turn(int bytes) {
    var reads = new ArrayList<Integer>();
    sizes.reset(config);
    int left = bytes;
    do {
      ByteBuf in = sizes.allocate(ByteBufAllocator.DEFAULT);
      sizes.attemptedBytesRead(in.writableBytes());
      int count = Math.min(left, in.writableBytes());
      sizes.lastBytesRead(count);
      sizes.incMessagesRead(1);
      reads.add(in.writableBytes());
      left -= count;
      in.release();
    } while (sizes.continueReading());
    sizes.readComplete();
    return reads;
  }

  @Test
  void shouldReadMoreAsSoonAsAReadWasFull() {
    assertThat(turn(200_000)).containsExactly(2_048, 16_384, 98_304);
    assertThat(turn(98_303)).containsExactly(98_304);
  }

  @Test
  void shouldReadLessWhenTwoTurnsInARowWereSmall() {
    turn(20_000);
    assertThat(turn(100)).containsExactly(98_304);
    assertThat(turn(100)).containsExactly(98_304);
    assertThat(turn(100)).containsExactly(16_384);
    assertThat(turn(3_000)).containsExactly(16_384);
    assertThat(turn(100)).containsExactly(16_384);
    assertThat(turn(100)).containsExactly(16_384);
    assertThat(turn(100)).containsExactly(2_048);
    assertThat(turn(100)).containsExactly(2_048);
    assertThat(turn(100)).containsExactly(512);
    assertThat(turn(100)).containsExactly(512);
  }

  @Test
  void shouldLeaveTheTurnToOthersAfterOneLargeRead() {
    turn(10_000_000);
    assertThat(turn(10_000_000)).containsExactly(98_304);
  }

  @Test
  void shouldTakeFirstWhatWasLetGoLast() {
    ByteBuf one = LargeBuffer.take(ByteBufAllocator.DEFAULT);
    ByteBuf other = LargeBuffer.take(ByteBufAllocator.DEFAULT);
    one.writeZero(100);
    other.release();
    one.release();

    ByteBuf again = LargeBuffer.take(ByteBufAllocator.DEFAULT);

    assertThat(again).isSameAs(one);
    assertThat(again.refCnt()).isOne();
    assertThat(again.isReadable()).isFalse();
    assertThat(again.writableBytes()).isEqualTo(LargeBuffer.BYTES);
    assertThat(LargeBuffer.take(ByteBufAllocator.DEFAULT)).isSameAs(other);
    again.release();
    other.release();
  }

  @Test
  void shouldStayAwayAsLongAsASliceIsInUse() {
    ByteBuf buffer = LargeBuffer.take(ByteBufAllocator.DEFAULT);
    buffer.writeLong(42);
    ByteBuf slice = buffer.readRetainedSlice(Long.BYTES);
    buffer.release();

    ByteBuf next = LargeBuffer.take(ByteBufAllocator.DEFAULT);
    next.writeLong(43);

    assertThat(next).isNotSameAs(buffer);
    assertThat(slice.getLong(0)).isEqualTo(42);
    slice.release();
    next.release();
    assertThat(buffer.refCnt()).isZero();
  }

  @Test
  void shouldKeepNoMoreThanItsLimitAndNothingOfOtherThreads() {
    var taken = new ArrayList<ByteBuf>();
    for (int i = 0; i < LargeBuffer.MOST_KEPT + 5; i++) {
      taken.add(LargeBuffer.take(ByteBufAllocator.DEFAULT));
    }
    CompletableFuture.runAsync(() -> taken.removeLast().release()).join();
    taken.forEach(ByteBuf::release);

    var again = new ArrayList<ByteBuf>();
    for (int i = 0; i < LargeBuffer.MOST_KEPT; i++) {
      again.add(LargeBuffer.take(ByteBufAllocator.DEFAULT));
    }
    ByteBuf fresh = LargeBuffer.take(ByteBufAllocator.DEFAULT);

    Set<ByteBuf> known = Collections.newSetFromMap(new IdentityHashMap<>());
    known.addAll(taken);
    assertThat(again).allMatch(known::contains);
    assertThat(known.contains(fresh)).isFalse();
    again.forEach(ByteBuf::release);
    fresh.release();
  }
}
