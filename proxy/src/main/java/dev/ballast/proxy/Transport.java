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
import java.util.function.Supplier;

/**
 * How sockets are waited for.
 *
 * @param name for logs and metrics
 * @param newServer an unbound listening socket
 * @param newClient an unconnected socket
 */
record Transport(
    String name,
    IoHandlerFactory handlers,
    Supplier<? extends ServerSocketChannel> newServer,
    Supplier<? extends SocketChannel> newClient) {

  /** epoll where there is one, else NIO. */
  static Transport best() {
    return Epoll.isAvailable() ? epoll() : nio();
  }

  static Transport epoll() {
    return new Transport(
        "epoll", LastingEpoll.factory(), EpollServerSocketChannel::new, EpollSocketChannel::new);
  }

  static Transport nio() {
    return new Transport(
        "nio", NioIoHandler.newFactory(), NioServerSocketChannel::new, NioSocketChannel::new);
  }
}
