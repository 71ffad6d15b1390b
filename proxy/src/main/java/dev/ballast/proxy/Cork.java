package dev.ballast.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.concurrent.TimeUnit;

/**
 * Flushes what was written to a connection, and keeps the kernel from sending what does not fill a segment as long as a large body
 * goes on (TCP_CORK, tcp(7)): every large read would else end in a small packet of its own, which costs both ends as much as a full
 * one. It comes off with the first flush that less than a large read has led to, at the end of the body, and when nothing has
 * followed for a while: no byte waits longer than twice {@link #LONGEST_MICROS}. Owned by one event loop.
 */
final class Cork {
  static final int LONGEST_MICROS = 10_000;

  /** Bytes that a flush is large with. */
  static final int LEAST_HELD = LargeBuffer.BYTES / 2;

  private static final IntegerUnixChannelOption TCP_CORK =
      new IntegerUnixChannelOption("TCP_CORK", 6, 3);

  private final Channel channel;
  private boolean isOn;
  private boolean isWatched;
  private boolean wasHeld;
  private boolean isJustHeld;

  Cork(Channel channel) {
    this.channel = channel;
  }

  /**
   * Bytes were written, and more may follow in this turn: flushes if there is no room for one read more, as to stop reading and to
   * go on costs more than to write at once.
   */
  void flushInTime() {
    if (channel.bytesBeforeUnwritable() < LargeBuffer.BYTES) {
      if (Sockets.waiting(channel) >= LEAST_HELD) {
        hold();
      }
      channel.flush();
    }
  }

  /** The turn is over: all that was written goes out, except what does not fill a segment if this turn's read was large. */
  void flush() {
    channel.flush();
    if (isJustHeld) {
      isJustHeld = false;
    } else {
      release();
    }
  }

  /** Nothing follows for now: all goes out. */
  void flushLast() {
    channel.flush();
    release();
  }

  private void hold() {
    wasHeld = true;
    isJustHeld = true;
    if (!isOn) {
      isOn = set(1);
    }
    if (isOn && !isWatched) {
      watch();
    }
  }

  private void release() {
    isJustHeld = false;
    if (isOn) {
      isOn = false;
      set(0);
    }
  }

  private void watch() {
    isWatched = true;
    wasHeld = false;
    var _ = channel.eventLoop().schedule(this::look, LONGEST_MICROS, TimeUnit.MICROSECONDS);
  }

  private void look() {
    isWatched = false;
    if (isOn && wasHeld) {
      watch();
    } else {
      release();
    }
  }

  /** Answers whether it came about: not every transport knows it, and the connection may have ended. */
  private boolean set(int value) {
    try {
      return channel.config().setOption(TCP_CORK, value);
    } catch (ChannelException e) {
      return false;
    }
  }
}
