package dev.ballast.model;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks a whole state: what refers to what, what is there twice, and which load balancers get in one another's way
 * ({@link PortClaims}). What is valid but hardly meant is a warning ({@link LikelyMistakes}).
 */
final class Validation {
  private final Current state;
  private final Current before;
  private final Optional<Instant> now;
  private final Remarks remarks;

  Validation(Current before, Current state, Optional<Documents> documents, Optional<Instant> now) {
    this.before = before;
    this.state = state;
    this.now = now;
    this.remarks = new Remarks(documents);
  }

  /** @throws InvalidInput when the state is invalid */
  void check() {
    var loadBalancers = state.all(LoadBalancer.class).toList();
    loadBalancers.forEach(this::checkLoadBalancer);
    checkBackends();
    new CertificateValidation(before, state, now, remarks::error, remarks::warning).check();
    loadBalancers.stream()
        .collect(Collectors.groupingBy(LoadBalancer::fleet))
        .values()
        .forEach(ofFleet -> new PortClaims(remarks).check(ofFleet));
    new LikelyMistakes(state, remarks).warn();
    remarks.throwIfAnyError();
  }

  List<Problem> warnings() {
    return remarks.warnings();
  }

  private void checkLoadBalancer(LoadBalancer loadBalancer) {
    if (!state.has(new ItemKey(Kind.FLEET, loadBalancer.fleet()))) {
      remarks.error(
          loadBalancer,
          "fleet",
          "there is no Fleet \""
              + loadBalancer.fleet()
              + "\""
              + near(Kind.FLEET, loadBalancer.fleet()));
    }
    checkListeners(loadBalancer);
    checkRoutes(loadBalancer);
  }

  private void checkListeners(LoadBalancer loadBalancer) {
    Set<String> names = new HashSet<>();
    Map<Integer, String> ports = new HashMap<>();
    for (int index = 0; index < loadBalancer.listeners().size(); index++) {
      Listener listener = loadBalancer.listeners().get(index);
      String path = "listeners[" + index + "]";
      if (!names.add(listener.name())) {
        remarks.error(
            loadBalancer, path + ".name", "two listeners are called \"" + listener.name() + "\"");
      }
      String other = ports.putIfAbsent(listener.port(), listener.name());
      if (other != null) {
        remarks.error(
            loadBalancer,
            path + ".port",
            "the listener \"" + other + "\" has port " + listener.port() + " too");
      }
      listener.pool().ifPresent(pool -> checkPool(loadBalancer, path + ".pool", pool));
      checkSni(loadBalancer, path, listener.sni());
    }
  }

  private void checkSni(LoadBalancer loadBalancer, String listener, List<SniRoute> routes) {
    Set<String> hosts = new HashSet<>();
    for (int index = 0; index < routes.size(); index++) {
      SniRoute route = routes.get(index);
      String path = listener + ".sni[" + index + "]";
      if (!hosts.add(route.host())) {
        remarks.error(loadBalancer, path + ".host", "\"" + route.host() + "\" has a pool already");
      }
      checkPool(loadBalancer, path + ".pool", route.pool());
    }
  }

  private void checkRoutes(LoadBalancer loadBalancer) {
    Map<String, Integer> names = new HashMap<>();
    for (int index = 0; index < loadBalancer.routes().size(); index++) {
      Route route = loadBalancer.routes().get(index);
      String path = "routes[" + index + "]";
      checkAction(loadBalancer, path, route.action());
      if (route.name().isPresent()) {
        Integer other = names.putIfAbsent(route.name().get(), index);
        if (other != null) {
          remarks.error(
              loadBalancer,
              path + ".name",
              "routes[" + other + "] is called \"" + route.name().get() + "\" too");
        }
      }
    }
  }

  private void checkAction(LoadBalancer loadBalancer, String path, RouteAction action) {
    switch (action) {
      case RouteAction.ToPool(String pool) -> checkPool(loadBalancer, path + ".pool", pool);
      case RouteAction.Split(List<RouteAction.WeightedPool> shares) -> {
        for (int index = 0; index < shares.size(); index++) {
          checkPool(loadBalancer, path + ".split[" + index + "].pool", shares.get(index).pool());
        }
      }
      case RouteAction.Redirect _, RouteAction.Respond _ -> {}
    }
  }

  private void checkPool(Resource resource, String path, String pool) {
    if (!state.has(new ItemKey(Kind.POOL, pool))) {
      remarks.error(resource, path, "there is no Pool \"" + pool + "\"" + near(Kind.POOL, pool));
    }
  }

  private void checkBackends() {
    Map<String, Integer> sizes = new HashMap<>();
    state
        .all(Backend.class)
        .forEach(
            backend -> {
              checkPool(backend, "pool", backend.pool());
              if (sizes.merge(backend.pool(), 1, Integer::sum) == Pool.BACKEND_LIMIT + 1) {
                remarks.error(
                    backend,
                    "name",
                    "Pool "
                        + backend.pool()
                        + " would have more than "
                        + Pool.BACKEND_LIMIT
                        + " backends");
              }
            });
  }

  private String near(Kind kind, String name) {
    var known =
        state.all().filter(one -> one.kind() == kind).map(Resource::name).limit(100).toList();
    return Suggestion.among(name, known);
  }
}
