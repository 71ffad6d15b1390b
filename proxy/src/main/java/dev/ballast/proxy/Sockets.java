package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Options that all sockets of connections share, and the tap of back-pressure. */
final class Sockets {
  /** Told how a connect came out. */
  interface ConnectOutcome {
    /** With null if it came about. */
    void reached(@Nullable Fault fault);
  }

  private Sockets() {}

  /** A client's, which was accepted just now. */
  static void configureAccepted(SocketChannel channel, Loop loop) {
    channel.config().setWriteBufferWaterMark(loop.waterMark());
    if (!loop.transport().isBequeathing()) {
      channel.config().setTcpNoDelay(true).setKeepAlive(true);
    }
  }

  private static void configure(SocketChannel channel, Loop loop) {
    channel
        .config()
        .setTcpNoDelay(true)
        .setKeepAlive(true)
        .setRecvByteBufAllocator(ReadSizes.ADAPTED)
        .setWriteBufferWaterMark(loop.waterMark());
  }

  /** A socket to connect to a backend with, counted until it is closed; null if this process has none left. */
  static @Nullable SocketChannel open(Loop loop, BackendHandle backend) {
    try {
      SocketChannel channel = loop.transport().newClient().get();
      configure(channel, loop);
      PoolHandle pool = backend.pool();
      pool.cell(loop).counts().increment(PoolCounter.CONNECTIONS);
      channel.closeFuture().addListener(closed -> disconnected(pool, loop));
      return channel;
    } catch (ChannelException e) {
      return null;
    }
  }

  private static void disconnected(PoolHandle pool, Loop loop) {
    PoolCell cell = pool.cell(loop);
    cell.counts().decrement(PoolCounter.CONNECTIONS);
    pool.madeRoom(cell);
  }

  /** Connects a socket that its {@link Beginning} has prepared; how long that may take is up to the caller. Over TLS the handshake belongs to it, so the channel reads. */
  static void connect(
      Loop loop,
      SocketChannel channel,
      ChannelHandler handler,
      InetSocketAddress address,
      ConnectOutcome outcome) {
    channel.config().setConnectTimeoutMillis(0);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    channel.pipeline().addLast(handler);
    var _ = loop.eventLoop().register(channel);
    channel
        .connect(address)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                outcome.reached(faultOf(connected.cause()));
              } else if (tls == null) {
                outcome.reached(null);
              } else {
                awaitHandshake(loop, tls, outcome);
              }
            });
  }

  private static void awaitHandshake(Loop loop, SslHandler tls, ConnectOutcome outcome) {
    var _ =
        tls.handshakeFuture()
            .addListener(done -> outcome.reached(handshakeFault(loop, tls, done.cause())));
  }

  private static @Nullable Fault handshakeFault(
      Loop loop, SslHandler tls, @Nullable Throwable cause) {
    if (cause == null) {
      String version = tls.engine().getSession().getProtocol();
      loop.tls()
          .toBackends()
          .increment(TlsCounts.Handshake.of(version, TlsLibrary.isResumed(tls.engine())));
      return null;
    }
    loop.tls().failedToBackends().increment(HandshakeFault.of(cause));
    return Fault.CONNECT_TLS_FAILED;
  }

  /** What a failed connect says about the backend. */
  private static Fault faultOf(Throwable cause) {
    boolean isRefusal =
        cause instanceof ConnectException && String.valueOf(cause.getMessage()).contains("refused");
    return isRefusal ? Fault.CONNECT_REFUSED : Fault.CONNECT_FAILED;
  }

  /** Writes without flushing; a failure shows itself as the end of the connection. */
  static void write(Channel channel, ByteBuf bytes) {
    var _ = channel.write(bytes, channel.voidPromise());
  }

  /** Bytes that wait to be written. */
  static long waiting(Channel channel) {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    return out == null ? 0 : out.totalPendingWriteBytes();
  }

  /** Writes what is left over of something, if anything is, and flushes. */
  static void writeAll(Channel to, @Nullable ByteBuf rest) {
    if (rest != null && rest.isReadable()) {
      write(to, rest);
    } else if (rest != null) {
      rest.release();
    }
    to.flush();
  }

  /** Reads on, or stops until told otherwise. Stopped, the kernel's buffers fill up and slow the sender down. */
  static void read(SocketChannel channel, boolean isReading, Loop loop) {
    if (channel.config().isAutoRead() != isReading) {
      channel.config().setAutoRead(isReading);
      if (!isReading) {
        loop.count(Counter.READ_PAUSES);
      }
    }
  }

  /** One that no event loop knows yet is closed on the spot. */
  static void close(Channel channel) {
    if (channel.isRegistered()) {
      endReading(channel);
      var _ = channel.close();
    } else if (channel.isOpen()) {
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /**
   * Netty 4.2.18 may begin to wait for input on an io_uring socket whose close waits for a write, and takes the end of one wait for
   * the end of all. What the kernel waits for nobody cancels then, so that the connection outlives the close (netty's {@code
   * AbstractIoUringChannel}, {@code pollAddComplete}: the error -ECANCELED has the bits of POLLIN and POLLRDHUP set). A socket that
   * is not read from begins no such wait.
   */
  private static void endReading(Channel channel) {
    if (channel instanceof IoUringSocketChannel) {
      channel.config().setAutoRead(false);
    }
  }

  static boolean isTls(SocketChannel channel) {
    return channel.pipeline().first() instanceof SslHandler;
  }

  /** Tells the other side that no more comes, over TLS by close_notify first; to be called when all is written. */
  static void endOutput(SocketChannel channel) {
    if (channel.pipeline().first() instanceof SslHandler tls) {
      var _ =
          tls.closeOutbound()
              .addListener(
                  told -> {
                    var _ = channel.shutdownOutput();
                  });
    } else {
      var _ = channel.shutdownOutput();
    }
  }

  /** Closes with a reset and, over TLS, without close_notify, so that the other side can't take what it got for the whole. */
  static void reset(SocketChannel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      if (channel.isRegistered() && isTls(channel)) {
        endReading(channel);
        var _ = channel.pipeline().firstContext().close();
      } else {
        close(channel);
      }
    }
  }
}
