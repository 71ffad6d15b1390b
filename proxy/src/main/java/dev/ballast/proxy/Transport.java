package dev.ballast.proxy;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.function.Consumer;
import java.util.function.Supplier;

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

  /** epoll where there is one, else NIO. */
  static Transport best() {
    return Epoll.isAvailable() ? epoll() : nio();
  }

  static Transport epoll() {
    return new Transport(
        "epoll",
        LastingEpoll.factory(),
        EpollServerSocketChannel::new,
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
