package dev.ballast.proxy;

import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * A channel's handler with one deadline. The fields belong to the {@link DeadlineWheel} of the channel's event loop, whose
 * lists run through them, so that moving a deadline allocates nothing.
 */
abstract class TimedHandler extends ChannelInboundHandlerAdapter {
  long deadlineNanos;
  long wheelTick;
  @Nullable TimedHandler wheelPrevious;
  @Nullable TimedHandler wheelNext;
  boolean isOnWheel;

  /** The deadline has passed, and is no longer set. */
  abstract void expired(long nowNanos);

  /** Its turn threw: ends the connection at once, whatever state it is in. */
  void breakOff() {}
}
