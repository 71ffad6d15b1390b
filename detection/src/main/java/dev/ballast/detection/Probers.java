package dev.ballast.detection;

import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Makes the prober that a target's specification asks for.
 *
 * @param sockets what TCP sockets are
 * @param datagrams what UDP sockets are
 * @param programs as many permits as programs may run at once; null: none may
 */
record Probers(
    Class<? extends SocketChannel> sockets,
    Class<? extends DatagramChannel> datagrams,
    TlsContexts contexts,
    @Nullable Semaphore programs) {

  Prober of(InetSocketAddress address, ProbeSpec spec) {
    return switch (spec) {
      case ProbeSpec.Tcp tcp -> new TcpProber(connector(address, tcp.opening(), tcp.tls(), false));
      case ProbeSpec.Http http -> {
        var connector = connector(address, http.opening(), http.tls(), http.isHttp2());
        yield http.isHttp2()
            ? new Http2Prober(connector, new Http2Question.Plain(http))
            : new HttpProber(connector, http);
      }
      case ProbeSpec.Grpc grpc -> {
        var connector = connector(address, grpc.opening(), grpc.tls(), true);
        yield grpc.isWatched()
            ? new GrpcWatchProber(connector, grpc)
            : new Http2Prober(connector, new Http2Question.Check(grpc));
      }
      case ProbeSpec.Udp udp -> new UdpProber(datagrams, address, udp);
      case ProbeSpec.Command command ->
          programs == null ? new RefusedCommand() : new CommandProber(address, command, programs);
    };
  }

  private Connector connector(
      InetSocketAddress address,
      ProbeSpec.Opening opening,
      ProbeSpec.@Nullable TlsSpec tls,
      boolean isHttp2) {
    Class<? extends Channel> type = sockets;
    return tls == null
        ? new Connector(type, address, opening, null, "")
        : new Connector(type, address, opening, contexts.of(tls, isHttp2), tls.name());
  }
}
