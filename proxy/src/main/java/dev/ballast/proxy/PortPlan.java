package dev.ballast.proxy;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is served on one port. Immutable. */
sealed interface PortPlan {
  /** How connections come in. */
  Entry entry();

  /** When the certificates in use here end, by their names. */
  default Map<String, Instant> certificateEnds() {
    return Map.of();
  }

  /** How requests are served. */
  default Http http() {
    throw new IllegalStateException("no requests are served here");
  }

  /**
   * Requests, told apart by host and route.
   *
   * @param refused where requests are entered of which it is not known who should serve them
   */
  record Http(Entry entry, HostTable<HostPlan> hosts, String servedHosts, Books refused)
      implements PortPlan {
    @Override
    public Http http() {
      return this;
    }

    /** What is served for the host that was asked for, or null if nobody here serves it. */
    @Nullable HostPlan host(RequestHead head) {
      return hosts.find(head.bytes(), head.host().start(), head.host().end());
    }
  }

  /** The same over TLS, which ends here. */
  record Https(Http http, TlsPlan tls) implements PortPlan {
    @Override
    public Entry entry() {
      return http.entry();
    }

    @Override
    public Map<String, Instant> certificateEnds() {
      return tls.ends();
    }
  }

  /** A byte stream, passed on whole. */
  record Tcp(Entry entry, StreamPlan streams) implements PortPlan {}

  /** A byte stream over TLS, which ends here. */
  record Tls(Entry entry, StreamPlan streams, TlsPlan tls) implements PortPlan {
    @Override
    public Map<String, Instant> certificateEnds() {
      return tls.ends();
    }
  }

  /** TLS passed on unopened, to the pool of the name that the client asks for. */
  record Passthrough(Entry entry, HostTable<StreamPlan> byName) implements PortPlan {
    @Nullable StreamPlan streams(byte @Nullable [] serverName) {
      return byName.find(
          serverName == null ? NO_NAME : serverName, 0, serverName == null ? 0 : serverName.length);
    }

    private static final byte[] NO_NAME = {};
  }
}
