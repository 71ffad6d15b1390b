package dev.ballast.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/** How a connection begins: a PROXY header where one is due, TLS where it is spoken, then what the port serves. Each step puts the next in its place. */
final class Opening {
  private Opening() {}

  /** Whether the connection is from a front proxy of its port. */
  static boolean isFronted(Port port, InetSocketAddress from) {
    return port.plan().entry().isFront(from.getAddress());
  }

  /** The first step of a connection that was just accepted; before its channel is registered. */
  static void begin(Loop loop, Port port, SocketChannel channel, boolean isFronted) {
    var peer = new Peer(channel.remoteAddress(), channel.localAddress(), !isFronted);
    ClientSide first =
        isFronted
            ? new ProxyHeaderStep(loop, port, channel, peer)
            : service(loop, port, channel, peer);
    channel.pipeline().addLast(first);
  }

  /** Who the client is, is known now: what the port serves takes the place of the step that found out. */
  static void proceed(
      ChannelHandlerContext context, ClientSide from, Port port, SocketChannel channel, Peer peer) {
    proceed(context, from, service(from.loop(), port, channel, peer));
  }

  /** The next step takes the place of the one before. */
  static void proceed(ChannelHandlerContext context, ClientSide from, ClientSide next) {
    from.loop().replace(from, next);
    context.pipeline().addLast(next);
    context.fireChannelActive();
    context.pipeline().remove(from);
  }

  private static ClientSide service(Loop loop, Port port, SocketChannel channel, Peer peer) {
    return switch (port.plan()) {
      case PortPlan.Http _ -> new ClientConnection(loop, port, channel, peer);
      case PortPlan.Tcp tcp -> new TcpStream(loop, port, channel, peer, tcp.streams());
      case PortPlan.Https _ ->
          peer.isSecure()
              ? new ClientConnection(loop, port, channel, peer)
              : new TlsStep(loop, port, channel, peer);
      case PortPlan.Tls tls ->
          peer.isSecure()
              ? new TcpStream(loop, port, channel, peer, tls.streams())
              : new TlsStep(loop, port, channel, peer);
      case PortPlan.Passthrough _ -> new TlsStep(loop, port, channel, peer);
    };
  }
}
