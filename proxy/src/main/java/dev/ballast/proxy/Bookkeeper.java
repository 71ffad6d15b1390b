package dev.ballast.proxy;

import dev.ballast.model.LoadBalancer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the accounts of all routes, and how load balancers log, from snapshot to snapshot. The number of accounts is bounded:
 * beyond the limit, routes share one, which is called {@code other}. Owned by the control thread; its accounts are read by all.
 */
final class Bookkeeper {
  private static final String OTHER = "other";

  private final int limit;
  private final int loops;
  private final RouteAccount other;
  private Map<RouteAccount.Key, RouteAccount> next = new HashMap<>();
  private Map<String, LogPlan> nextLogs = new HashMap<>();
  private Map<String, LogPlan> logs = Map.of();
  private volatile Map<RouteAccount.Key, RouteAccount> inUse = Map.of();
  private volatile int sharing;
  private int nextSharing;

  Bookkeeper(Limits limits, int loops) {
    this.limit = limits.of(Limit.MEASURED_ROUTES);
    this.loops = loops;
    this.other = new RouteAccount(new RouteAccount.Key(OTHER, OTHER, OTHER), loops);
  }

  /** Begins with the routes of a snapshot. */
  void begin() {
    next = new HashMap<>();
    nextLogs = new HashMap<>();
    nextSharing = 0;
  }

  /** Those of a route of this snapshot: with the account that it had in the snapshot before, if it was there. */
  Books open(LoadBalancer balancer, String listener, String route) {
    var key = new RouteAccount.Key(balancer.name(), listener, route);
    return new Books(key, account(key), log(balancer));
  }

  /**
   * Those of requests that are refused before it is known whom they are for: in the log of the first load balancer of the port
   * that has one. Which it is they say only if there is but one.
   */
  Books openRefused(List<LoadBalancer> sharing, String listener) {
    RouteAccount.Key names =
        sharing.size() == 1
            ? new RouteAccount.Key(sharing.getFirst().name(), listener, RouteAccount.Key.NO_ROUTE)
            : null;
    for (LoadBalancer balancer : sharing) {
      LogPlan log = log(balancer);
      if (log != null) {
        return new Books(names, null, log);
      }
    }
    return Books.NONE;
  }

  private RouteAccount account(RouteAccount.Key key) {
    RouteAccount known = next.get(key);
    if (known != null) {
      return known;
    }
    if (next.size() >= limit) {
      nextSharing++;
      return other;
    }
    RouteAccount before = inUse.get(key);
    RouteAccount account = before == null ? new RouteAccount(key, loops) : before;
    next.put(key, account);
    return account;
  }

  private @Nullable LogPlan log(LoadBalancer balancer) {
    return balancer
        .exchanges()
        .accessLog()
        .map(
            wanted ->
                nextLogs.computeIfAbsent(
                    balancer.name(),
                    name -> {
                      LogPlan before = logs.get(name);
                      return before != null && before.isOf(wanted)
                          ? before
                          : LogPlan.of(wanted, loops);
                    }))
        .orElse(null);
  }

  /** All routes have been named: the others are forgotten. */
  void finish() {
    sharing = nextSharing;
    inUse = Map.copyOf(next);
    logs = nextLogs;
  }

  /** All that are shown. */
  List<RouteAccount> accounts() {
    return Stream.concat(inUse.values().stream(), Stream.of(other)).toList();
  }

  /** How many routes have to share one account. */
  int sharing() {
    return sharing;
  }
}
