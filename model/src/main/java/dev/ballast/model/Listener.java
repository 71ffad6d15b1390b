package dev.ballast.model;

import java.util.List;
import java.util.Optional;

/**
 * A port and the protocol spoken on it.
 *
 * @param port 1 to 65535
 * @param pool where connections go: required for {@link Protocol#TCP} and {@link Protocol#TLS}; for
 *     {@link Protocol#TLS_PASSTHROUGH} where those of the load balancer's hosts go that {@code sni} does not name; absent for HTTP, whose
 *     routes decide
 * @param tls required where TLS ends here, absent elsewhere
 * @param sni for {@link Protocol#TLS_PASSTHROUGH} alone
 * @param proxyProtocol from which addresses connections begin with a PROXY protocol header (v1 or v2) that says whom they
 *     are from; empty: nobody's
 */
public record Listener(
    String name,
    int port,
    Protocol protocol,
    Optional<String> pool,
    Optional<ListenerTls> tls,
    List<SniRoute> sni,
    List<AddressBlock> proxyProtocol) {
  public static final int SNI_LIMIT = 1_000;
  public static final int PROXY_PROTOCOL_LIMIT = 256;

  public Listener {
    Names.requireName(name);
    Ranges.require("port", port, 1, 65_535);
    sni = List.copyOf(sni);
    proxyProtocol = List.copyOf(proxyProtocol);
  }

  /** A listener in clear. */
  public Listener(String name, int port, Protocol protocol, Optional<String> pool) {
    this(name, port, protocol, pool, Optional.empty(), List.of(), List.of());
  }

  public Listener withTls(ListenerTls how) {
    return new Listener(name, port, protocol, pool, Optional.of(how), sni, proxyProtocol);
  }

  public Listener withSni(List<SniRoute> routes) {
    return new Listener(name, port, protocol, pool, tls, routes, proxyProtocol);
  }

  public Listener withProxyProtocol(List<AddressBlock> from) {
    return new Listener(name, port, protocol, pool, tls, sni, from);
  }
}
