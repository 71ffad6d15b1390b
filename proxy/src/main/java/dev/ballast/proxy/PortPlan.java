package dev.ballast.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is served on one port. Immutable. */
sealed interface PortPlan {
  /** How connections come in. */
  Entry entry();

  /** Requests, told apart by host and path. */
  record Http(Entry entry, HostTable<List<RoutePlan>> hosts, String servedHosts)
      implements PortPlan {
    /** The routes of the host that was asked for, or null if nobody here serves it. */
    @Nullable List<RoutePlan> routesOf(RequestHead head) {
      return hosts.find(head.bytes(), head.host().start(), head.host().end());
    }

    /** The first of the host's routes that takes the path, or null. */
    static @Nullable RoutePlan route(List<RoutePlan> routes, RequestHead head) {
      for (int i = 0; i < routes.size(); i++) {
        if (routes.get(i).takes(head.bytes(), head.pathStart(), head.pathEnd())) {
          return routes.get(i);
        }
      }
      return null;
    }
  }

  /** A byte stream, passed on whole. */
  record Tcp(Entry entry, PoolPlan pool) implements PortPlan {}
}
