package dev.ballast.proxy;

import dev.ballast.model.BackendAddress;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the backends of a pool. The same object while nothing of it changes, so connections are known by it: those that were
 * begun otherwise are not used again. Immutable.
 *
 * @param serverName asked for and checked; null: the host of each backend's address
 */
record UpstreamTls(TlsContext context, @Nullable String serverName) {
  /** When a certificate that it needs can't be used: no connection comes about, least of all one in clear. */
  static UpstreamTls failing() {
    return new UpstreamTls(TrustNobody.context(), null);
  }

  /** For one connection. */
  SslHandler connect(ByteBufAllocator buffers, BackendAddress address) {
    return context.connect(
        buffers, serverName == null ? address.host() : serverName, address.port());
  }
}
