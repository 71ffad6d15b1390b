package dev.ballast.detection;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2FrameCodec;

/**
 * An HTTP/2 connection with the probes that are under way on it. Once it is retired no more should be asked on it, and it is dropped when
 * the last of them is over, which their time-outs see to. It is never dropped under a probe that waits: that would be told as a broken
 * connection, which is evidence against the target.
 *
 * <p>Dropped without HTTP/2's farewell: while a stream is open, as is that of a probe without an answer, the codec would keep the
 * connection for 30 s.
 *
 * <p>Owned by its event loop.
 */
final class SharedConnection implements Attempt.Carrier {
  private final Channel channel;
  private int underWay;
  private boolean isRetired;

  SharedConnection(Channel channel) {
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  /** Whether the next probe may be asked on it. */
  boolean isUsable() {
    return !isRetired && channel.isActive();
  }

  /** Carries an attempt until it is over. */
  void carry(Attempt attempt) {
    underWay++;
    attempt.carriedBy(this);
  }

  /** An attempt is over, or goes on elsewhere. A connection on which one has failed is retired. */
  @Override
  public void over(boolean isGood) {
    underWay--;
    isRetired |= !isGood;
    dropIfDone();
  }

  void retire() {
    isRetired = true;
    dropIfDone();
  }

  private void dropIfDone() {
    if (isRetired && underWay == 0) {
      drop(channel);
    }
  }

  /** Ends a connection at once, whatever is open on it. */
  static void drop(Channel connection) {
    var codec = connection.pipeline().context(Http2FrameCodec.class);
    var _ = codec == null ? connection.close() : codec.close();
  }
}
