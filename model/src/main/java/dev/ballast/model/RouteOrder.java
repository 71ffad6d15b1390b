package dev.ballast.model;

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

  /** Whether a route that stands later is never reached because of one that stands earlier in the document. */
  static boolean isShadowed(RouteMatch later, RouteMatch earlier) {
    return rank(later.host()) >= rank(earlier.host()) && earlier.covers(later);
  }
}
