package dev.ballast.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * In which order routes are tried: those with an exact host first, then those with a wildcard (the longer before the
 * shorter), then those without a host; within each in document order.
 */
public final class RouteOrder {
  private RouteOrder() {}

  /** The class of a route's host, from the one tried first. */
  public static int rank(Optional<String> host) {
    if (host.isEmpty() || host.get().equals(Hosts.ANY)) {
      return 2;
    }
    return host.get().startsWith("*.") ? 1 : 0;
  }

  /**
   * The routes that are never reached, each with one that takes all its requests before it. Costs at most a thousand comparisons a
   * route: beyond that many, earlier routes are not looked at.
   */
  static Map<Integer, Integer> shadowed(List<Route> routes) {
    var shadowed = new LinkedHashMap<Integer, Integer>();
    for (int index = 1; index < routes.size(); index++) {
      RouteMatch match = routes.get(index).match();
      for (int earlier = Math.max(0, index - 1_000); earlier < index; earlier++) {
        if (isShadowed(match, routes.get(earlier).match())) {
          shadowed.put(index, earlier);
          break;
        }
      }
    }
    return shadowed;
  }

  /** Whether a route that stands later is never reached because of one that stands earlier in the document. */
  static boolean isShadowed(RouteMatch later, RouteMatch earlier) {
    return rank(later.host()) >= rank(earlier.host()) && earlier.covers(later);
  }
}
