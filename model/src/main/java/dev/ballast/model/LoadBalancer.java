package dev.ballast.model;

import java.util.List;

/**
 * The logical thing a user configures: which domain and hosts are served, on which listeners, and where requests go.
 *
 * @param fleet the fleet whose LB servers serve it
 * @param domain what DNS answers for
 * @param hosts host names served: exact, {@code *.example.test}, or {@code *} for all; lower case
 * @param routes in document order; the first match wins
 */
public record LoadBalancer(
    String name,
    String fleet,
    String domain,
    List<String> hosts,
    List<Listener> listeners,
    List<Route> routes)
    implements Resource {
  public static final int LISTENER_LIMIT = 256;
  public static final int HOST_LIMIT = 1_000;
  public static final int ROUTE_LIMIT = 10_000;

  public LoadBalancer {
    Names.requireName(name);
    Names.requireName(fleet);
    hosts = List.copyOf(hosts);
    listeners = List.copyOf(listeners);
    routes = List.copyOf(routes);
  }

  @Override
  public Kind kind() {
    return Kind.LOAD_BALANCER;
  }

  /** The pools that its listeners and routes name, each once, in document order. */
  public List<String> poolsReached() {
    var ofListeners = listeners.stream().flatMap(listener -> listener.pool().stream());
    var ofRoutes = routes.stream().map(Route::pool);
    return java.util.stream.Stream.concat(ofListeners, ofRoutes).distinct().toList();
  }
}
