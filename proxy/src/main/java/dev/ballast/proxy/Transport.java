package dev.ballast.proxy;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How sockets are waited for.
 *
 * @param name for logs and metrics
 * @param newServer an unbound listening socket
 * @param newClient an unconnected socket
 * @param bequest sets the options that a listening socket hands down to those it accepts
 * @param isBequeathing whether it hands them down: else each accepted socket needs its own
 */
record Transport(
    String name,
    IoHandlerFactory handlers,
    Supplier<? extends ServerSocketChannel> newServer,
    Supplier<? extends SocketChannel> newClient,
    Consumer<ServerSocketChannel> bequest,
    boolean isBequeathing) {
  private static final IntegerUnixChannelOption TCP_NODELAY =
      new IntegerUnixChannelOption("TCP_NODELAY", 6, 1);
  private static final IntegerUnixChannelOption SO_KEEPALIVE =
      new IntegerUnixChannelOption("SO_KEEPALIVE", 1, 9);

  /** @throws IllegalArgumentException if this machine doesn't have it */
  static Transport of(TransportKind kind) {
    return switch (kind) {
      case AUTO -> best();
      case IO_URING -> demand(kind, IoUring.unavailabilityCause(), Transport::ioUring);
      case EPOLL -> demand(kind, Epoll.unavailabilityCause(), Transport::epoll);
      case NIO -> nio();
    };
  }

  private static Transport demand(
      TransportKind kind, @Nullable Throwable obstacle, Supplier<Transport> transport) {
    if (obstacle != null) {
      throw new IllegalArgumentException(
          kind + " is not to be had here: " + obstacle.getMessage(), obstacle);
    }
    return transport.get();
  }

  /** epoll where there is one, else NIO. */
  static Transport best() {
    return Epoll.isAvailable() ? epoll() : nio();
  }

  static Transport ioUring() {
    return new Transport(
        "io_uring",
        IoUringIoHandler.newFactory(),
        IoUringServerSocketChannel::new,
        IoUringSocketChannel::new,
        Transport::bequeath,
        true);
  }

  static Transport epoll() {
    return new Transport(
        "epoll",
        LastingEpoll.factory(),
        ListeningSocket::new,
        EpollSocketChannel::new,
        Transport::bequeath,
        true);
  }

  /** Linux copies these to accepted sockets, which saves two system calls for each connection. */
  private static void bequeath(ServerSocketChannel listening) {
    listening.config().setOption(TCP_NODELAY, 1);
    listening.config().setOption(SO_KEEPALIVE, 1);
  }

  static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel::new,
        NioSocketChannel::new,
        listening -> {},
        false);
  }
}
