package dev.ballast.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The load balancers of one fleet share its ports: one protocol a port, and on ports where hosts or SNI tell the load balancers apart one
 * owner a host. What comes before the host is known has to be the same for all of a port.
 */
final class PortClaims {
  private final Remarks remarks;
  private final Map<Integer, Claim> ports = new HashMap<>();
  private final Map<String, LoadBalancer> hosts = new HashMap<>();

  PortClaims(Remarks remarks) {
    this.remarks = remarks;
  }

  private record Claim(LoadBalancer owner, String path, Listener listener) {
    boolean canShareWith(Claim other) {
      return listener.protocol().isShareable() && listener.protocol() == other.listener.protocol();
    }

    boolean readsTheSameHeaders(Claim other) {
      return Set.copyOf(listener.proxyProtocol())
          .equals(Set.copyOf(other.listener.proxyProtocol()));
    }

    /** The hosts whose connections or requests it takes. */
    Stream<String> hosts() {
      return switch (listener.protocol()) {
        case HTTP, HTTPS -> owner.hosts().stream();
        case TLS_PASSTHROUGH ->
            Stream.concat(
                    listener.pool().isPresent() ? owner.hosts().stream() : Stream.empty(),
                    listener.sni().stream().map(SniRoute::host))
                .distinct();
        case TCP, TLS -> Stream.empty();
      };
    }
  }

  void check(Collection<LoadBalancer> loadBalancers) {
    for (LoadBalancer loadBalancer : loadBalancers) {
      List<Listener> listeners = loadBalancer.listeners();
      for (int index = 0; index < listeners.size(); index++) {
        check(new Claim(loadBalancer, "listeners[" + index + "]", listeners.get(index)));
      }
    }
  }

  private void check(Claim claim) {
    var other = ports.putIfAbsent(claim.listener().port(), claim);
    if (other != null && !other.owner().equals(claim.owner())) {
      if (!other.canShareWith(claim)) {
        refuseProtocol(claim, other);
      } else if (!other.readsTheSameHeaders(claim)) {
        refuseProxyProtocol(claim, other);
      }
    }
    claim.hosts().forEach(host -> claimHost(host, claim));
  }

  private void refuseProtocol(Claim one, Claim two) {
    Claim later = later(one, two);
    Claim earlier = later.equals(one) ? two : one;
    remarks.error(
        later.owner(),
        later.path() + ".port",
        "port "
            + later.listener().port()
            + " is taken by the "
            + Codec.text(earlier.listener().protocol())
            + " listener \""
            + earlier.listener().name()
            + "\" of "
            + earlier.owner().key()
            + ": only http listeners share a port with http ones, https with https, and"
            + " tls-passthrough with tls-passthrough");
  }

  private void refuseProxyProtocol(Claim one, Claim two) {
    Claim later = later(one, two);
    Claim earlier = later.equals(one) ? two : one;
    remarks.error(
        later.owner(),
        later.path() + ".proxyProtocol",
        "the listener \""
            + earlier.listener().name()
            + "\" of "
            + earlier.owner().key()
            + " shares port "
            + later.listener().port()
            + " and has other addresses: the PROXY header comes before the host is known");
  }

  private void claimHost(String host, Claim claim) {
    int port = claim.listener().port();
    LoadBalancer owner = claim.owner();
    var other = hosts.putIfAbsent(host + ":" + port, owner);
    if (other == null || other.equals(owner)) {
      return;
    }
    boolean isOtherLater = remarks.writtenAt(other) > remarks.writtenAt(owner);
    LoadBalancer later = isOtherLater ? other : owner;
    LoadBalancer earlier = isOtherLater ? owner : other;
    remarks.error(
        later,
        "hosts",
        "host \"" + host + "\" on port " + port + " is served by " + earlier.key() + " already");
  }

  private Claim later(Claim one, Claim two) {
    return remarks.writtenAt(one.owner()) > remarks.writtenAt(two.owner()) ? one : two;
  }
}
