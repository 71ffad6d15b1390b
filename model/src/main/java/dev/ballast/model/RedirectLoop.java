package dev.ballast.model;

import java.util.List;
import java.util.Optional;

/** Finds redirects whose target is taken by the same route again. */
final class RedirectLoop {
  /** How many routes before it are looked at for one that takes the target first. */
  private static final int ROUTES_LOOKED_AT = 1_000;

  private RedirectLoop() {}

  /** The first listener of the load balancer on which the redirect of a route goes round in circles. */
  static Optional<Listener> listenerOf(LoadBalancer loadBalancer, int index) {
    Route route = loadBalancer.routes().get(index);
    if (!(route.action() instanceof RouteAction.Redirect redirect)
        || !staysOnHost(loadBalancer, route.match(), redirect)
        || !staysOnPath(route.match(), redirect)
        || !keepsMethod(route.match(), redirect)
        || isTakenBefore(loadBalancer.routes(), index, redirect)) {
      return Optional.empty();
    }
    return loadBalancer.listeners().stream()
        .filter(listener -> staysOn(listener, redirect))
        .findFirst();
  }

  private static boolean staysOn(Listener listener, RouteAction.Redirect redirect) {
    String scheme = Codec.text(listener.protocol());
    return listener.protocol().isHttp()
        && redirect.scheme().filter(other -> !other.equals(scheme)).isEmpty()
        && redirect.port().filter(other -> other != listener.port()).isEmpty();
  }

  private static boolean staysOnHost(
      LoadBalancer loadBalancer, RouteMatch match, RouteAction.Redirect redirect) {
    if (redirect.host().isEmpty()) {
      return true;
    }
    List<String> taken = match.host().map(List::of).orElse(loadBalancer.hosts());
    return taken.stream().anyMatch(pattern -> Hosts.covers(pattern, redirect.host().get()));
  }

  private static boolean staysOnPath(RouteMatch match, RouteAction.Redirect redirect) {
    if (redirect.prefix().isPresent()) {
      return RouteMatch.isUnder(match.pathPrefix().orElseThrow(), redirect.prefix().get());
    }
    return redirect.path().isEmpty() || takesPath(match, redirect.path().get());
  }

  private static boolean takesPath(RouteMatch match, String path) {
    return match.path().filter(one -> !one.equals(path)).isEmpty()
        && match.pathPrefix().filter(prefix -> !RouteMatch.isUnder(prefix, path)).isEmpty()
        && match.pathRegex().filter(regex -> !Regexes.compile(regex).matches(path)).isEmpty();
  }

  /** Clients turn other methods into GET, except for 307 and 308. */
  private static boolean keepsMethod(RouteMatch match, RouteAction.Redirect redirect) {
    return redirect.status() == 307
        || redirect.status() == 308
        || match.methods().isEmpty()
        || match.methods().contains("GET");
  }

  private static boolean isTakenBefore(
      List<Route> routes, int index, RouteAction.Redirect redirect) {
    RouteMatch match = routes.get(index).match();
    int rank = RouteOrder.rank(match.host());
    Optional<String> target = redirect.path().or(redirect::prefix);
    for (int at = 0; at < Math.min(routes.size(), ROUTES_LOOKED_AT); at++) {
      RouteMatch other = routes.get(at).match();
      int otherRank = RouteOrder.rank(other.host());
      boolean isTriedBefore = otherRank < rank || (otherRank == rank && at < index);
      if (isTriedBefore
          && target.map(path -> takesPath(other, path)).orElseGet(() -> other.covers(match))) {
        return true;
      }
    }
    return false;
  }
}
