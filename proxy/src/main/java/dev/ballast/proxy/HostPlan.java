package dev.ballast.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is served for a host, or for all hosts under a wildcard. Immutable.
 *
 * @param tables the routes of the host itself, of the wildcards that take it, of all hosts: in the order in which they are tried
 * @param policy how requests are treated that no route takes
 */
record HostPlan(List<RouteTable> tables, RoutePolicy policy) {
  HostPlan {
    tables = List.copyOf(tables);
  }

  /** The route that takes the request, or null. */
  @Nullable RoutePlan route(RequestHead head) {
    RequestPath path = head.path();
    return route(head, path.matched(), path.matchedStart(), path.matchedEnd());
  }

  private @Nullable RoutePlan route(RequestHead head, byte[] path, int start, int end) {
    RoutePlan found = null;
    for (int i = 0; i < tables.size() && found == null; i++) {
      found = tables.get(i).find(head, path, start, end);
    }
    return found;
  }

  /** Whether the request is known to have taken the same route, however a backend might read its path. */
  boolean isRoutedAlike(RequestHead head, @Nullable RoutePlan route) {
    RequestPath path = head.path();
    if (path.isTooLong()) {
      return false;
    }
    for (int lenience = 1; lenience < RequestPath.READINGS; lenience++) {
      if (path.mayBeRead(lenience)) {
        int end = path.read(lenience);
        if (end < 0 || route(head, path.reading(), 0, end) != route) {
          return false;
        }
      }
    }
    return true;
  }
}
