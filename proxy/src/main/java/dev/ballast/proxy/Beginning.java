package dev.ballast.proxy;

import dev.ballast.model.BackendAddress;
import dev.ballast.model.ProxyProtocol;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a backend are begun.
 *
 * @param tls over TLS, or in clear if null
 * @param introduction the PROXY header that goes before all else, TLS included; none if null
 */
record Beginning(@Nullable UpstreamTls tls, @Nullable ProxyProtocol introduction) {
  static final Beginning PLAIN = new Beginning(null, null);

  boolean isIntroduced() {
    return introduction != null;
  }

  /** Prepares a socket that is not registered yet; the header goes out with the first flush. */
  void prepare(SocketChannel channel, BackendAddress address, Peer from) {
    if (introduction != null) {
      channel
          .unsafe()
          .write(
              ProxyHeaderWriter.header(introduction, from, channel.alloc()), channel.voidPromise());
    }
    if (tls != null) {
      channel.pipeline().addLast(tls.connect(channel.alloc(), address));
    }
  }
}
