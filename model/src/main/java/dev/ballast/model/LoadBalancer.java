package dev.ballast.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The logical thing a user configures: which domain and hosts are served, on which listeners, and where requests go.
 *
 * @param fleet the fleet whose LB servers serve it
 * @param domain what DNS answers for
 * @param hosts host names served: exact, {@code *.example.test}, or {@code *} for all; lower case
 * @param routes in document order; the first match wins
 * @param exchanges how its HTTP requests are treated, whatever their route
 * @param drainTimeout how long streams and upgraded connections of a removed listener go on; 0 s to 7 d
 */
public record LoadBalancer(
    String name,
    String fleet,
    String domain,
    List<String> hosts,
    List<Listener> listeners,
    List<Route> routes,
    HttpPolicy exchanges,
    Duration drainTimeout)
    implements Resource {
  public static final int LISTENER_LIMIT = 256;
  public static final int HOST_LIMIT = 1_000;
  public static final int ROUTE_LIMIT = 10_000;

  /** The most regular expressions in its routes. */
  public static final int REGEX_LIMIT = 1_000;

  /** The most bytes that a limit of bodies may name: 1 TiB. */
  public static final long BODY_LIMIT = 1L << 40;

  public static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofHours(1);
  private static final Duration MOST_DRAIN_TIMEOUT = Duration.ofDays(7);

  public LoadBalancer {
    Names.requireName(name);
    Names.requireName(fleet);
    hosts = List.copyOf(hosts);
    listeners = List.copyOf(listeners);
    routes = List.copyOf(routes);
    Ranges.require("drainTimeout", drainTimeout, Duration.ZERO, MOST_DRAIN_TIMEOUT);
  }

  /** One with the default treatment of requests. */
  public LoadBalancer(
      String name,
      String fleet,
      String domain,
      List<String> hosts,
      List<Listener> listeners,
      List<Route> routes) {
    this(
        name,
        fleet,
        domain,
        hosts,
        listeners,
        routes,
        HttpPolicy.defaults(),
        DEFAULT_DRAIN_TIMEOUT);
  }

  @Override
  public Kind kind() {
    return Kind.LOAD_BALANCER;
  }

  /** The pools that its listeners and routes name, each once, in document order. */
  public List<String> poolsReached() {
    Stream<String> ofListeners =
        listeners.stream()
            .flatMap(
                listener ->
                    Stream.concat(
                        listener.pool().stream(), listener.sni().stream().map(SniRoute::pool)));
    Stream<String> ofRoutes = routes.stream().flatMap(route -> route.action().pools());
    return Stream.concat(ofListeners, ofRoutes).distinct().toList();
  }

  /** The certificates that its listeners name, each once, in document order. */
  public List<String> certificatesReached() {
    return listeners.stream()
        .flatMap(listener -> listener.tls().stream())
        .flatMap(
            tls ->
                Stream.concat(
                    tls.certificates().stream(),
                    tls.clientCertificates().stream()
                        .map(ListenerTls.ClientCertificates::authority)))
        .distinct()
        .toList();
  }

  public LoadBalancer with(HttpPolicy policy) {
    return new LoadBalancer(name, fleet, domain, hosts, listeners, routes, policy, drainTimeout);
  }

  public LoadBalancer withListeners(List<Listener> others) {
    return new LoadBalancer(name, fleet, domain, hosts, others, routes, exchanges, drainTimeout);
  }

  public LoadBalancer withDrainTimeout(Duration timeout) {
    return new LoadBalancer(name, fleet, domain, hosts, listeners, routes, exchanges, timeout);
  }

  /**
   * How HTTP requests are treated, whatever their route.
   *
   * @param errorPages the first that has the status is used
   * @param maxBodyBytes of a request; absent: no limit
   */
  public record HttpPolicy(
      Forwarding forwarding,
      List<ErrorPage> errorPages,
      Optional<AccessLog> accessLog,
      Optional<Long> maxBodyBytes) {
    private static final HttpPolicy DEFAULTS =
        new HttpPolicy(Forwarding.defaults(), List.of(), Optional.empty(), Optional.empty());

    public HttpPolicy {
      errorPages = List.copyOf(errorPages);
    }

    public static HttpPolicy defaults() {
      return DEFAULTS;
    }
  }
}
