package dev.ballast.proxy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is ended on one port: which certificate, and what is asked of the client, by the name that it asks for. Immutable.
 *
 * @param byHost by the hosts of the load balancers that share the port
 * @param all of the listeners that share the port; the first for those that ask for no name, or for one that nobody has
 */
record TlsPlan(HostTable<Terms> byHost, List<Terms> all) {
  TlsPlan {
    all = List.copyOf(all);
  }

  /** One listener's. */
  static TlsPlan of(Terms only) {
    return new TlsPlan(HostTable.of(Map.of()), List.of(only));
  }

  private Terms first() {
    return all.getFirst();
  }

  /**
   * What one listener offers.
   *
   * @param clientPolicy what is asked of the client: {@link ServerTls#clientPolicy}
   * @param byHost by the names in its certificates
   * @param first for names that none of them has
   * @param ends when its certificates end, by their names
   */
  record Terms(
      String clientPolicy,
      HostTable<TlsContext> byHost,
      TlsContext first,
      Map<String, Instant> ends) {
    Terms {
      ends = Map.copyOf(ends);
    }

    TlsContext context(byte[] host, int start, int end) {
      TlsContext named = byHost.find(host, start, end);
      return named == null ? first : named;
    }
  }

  /** When its certificates end, by their names. */
  Map<String, Instant> ends() {
    var ends = new HashMap<String, Instant>();
    all.forEach(terms -> ends.putAll(terms.ends));
    return ends;
  }

  /** For a client that asks for this name. */
  TlsContext context(byte @Nullable [] serverName) {
    return serverName == null
        ? first().first
        : terms(serverName, 0, serverName.length).context(serverName, 0, serverName.length);
  }

  private Terms terms(byte[] host, int start, int end) {
    Terms found = byHost.find(host, start, end);
    return found == null ? first() : found;
  }

  /**
   * Whether a connection that was begun for the name may carry requests for the host (RFC 9110, section 7.4): another name of
   * the same certificate, with the same asked of the client. A client that named nobody has seen the first certificate, and is
   * only held to what is asked of clients.
   */
  boolean isServed(byte @Nullable [] serverName, byte[] bytes, int start, int end) {
    if (serverName == null) {
      return terms(bytes, start, end).clientPolicy.equals(first().clientPolicy);
    }
    if (Grammar.equalsIgnoreCase(bytes, start, end, serverName)) {
      return true;
    }
    Terms asked = terms(serverName, 0, serverName.length);
    Terms meant = terms(bytes, start, end);
    return meant.clientPolicy.equals(asked.clientPolicy)
        && meant.context(bytes, start, end) == asked.context(serverName, 0, serverName.length);
  }
}
