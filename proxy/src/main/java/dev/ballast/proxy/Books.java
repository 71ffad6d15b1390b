package dev.ballast.proxy;

import org.jspecify.annotations.Nullable;

/**
 * Where the exchanges of a route, or the streams of a listener, are entered. Refers to no pool and no snapshot.
 *
 * @param names what the log calls the route; null if nobody's
 * @param account their numbers, which may be those of several routes; null if nobody's
 * @param log how their load balancer logs them; null if it doesn't
 */
record Books(
    RouteAccount.@Nullable Key names, @Nullable RouteAccount account, @Nullable LogPlan log) {
  static final Books NONE = new Books(null, null, null);
}
