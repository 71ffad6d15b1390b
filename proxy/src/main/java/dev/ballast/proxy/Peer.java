package dev.ballast.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client's connection is from and which address it was made to: as its socket says, or as the PROXY header of a front
 * proxy does. Everything that names a client (forwarded fields, logs, headers to backends) asks here. Immutable.
 *
 * @param client the effective address of the client
 * @param server the address that the client connected to
 * @param isCounted whether the connection counts among those of the client's address
 * @param tls what is known of its TLS; null in clear, and as long as the handshake lasts
 */
record Peer(
    InetSocketAddress client,
    InetSocketAddress server,
    boolean isCounted,
    @Nullable TlsSession tls) {
  /** In clear. */
  Peer(InetSocketAddress client, InetSocketAddress server, boolean isCounted) {
    this(client, server, isCounted, null);
  }

  Peer with(TlsSession session) {
    return new Peer(client, server, isCounted, session);
  }

  /** Whether nobody on the way from the client could read along. */
  boolean isSecure() {
    return tls != null;
  }

  InetAddress address() {
    return client.getAddress();
  }

  /** The client's address in the form of X-Forwarded-For: without the zone that an IPv6 address may have here. */
  byte[] text() {
    String text = address().getHostAddress();
    int zone = text.indexOf('%');
    return Grammar.ascii(zone < 0 ? text : text.substring(0, zone));
  }
}
