package dev.ballast.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import javax.net.ssl.SSLException;

/**
 * Stands behind a client's TLS once its handshake is over, and sees to it that a client which breaks the rules is cut off and
 * counted. Having sent its alert, the library keeps the failure to itself until it is called again: so each read of which nothing
 * came ends with a flush. Owned by one event loop.
 */
final class TlsWatch extends ChannelInboundHandlerAdapter {
  private final Loop loop;
  private boolean isFruitful;
  private boolean isBroken;

  TlsWatch(Loop loop) {
    this.loop = loop;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    isFruitful = true;
    context.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!isFruitful) {
      context.flush();
    }
    isFruitful = false;
    context.fireChannelReadComplete();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable reason = cause instanceof DecoderException ? cause.getCause() : cause;
    if (reason instanceof SSLException && !isBroken) {
      isBroken = true;
      loop.count(Counter.TLS_BROKEN);
    }
    context.fireExceptionCaught(cause);
  }
}
