package dev.ballast.model;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks a whole state: what refers to what, and which load balancers get in one another's way. Problems are named at the
 * place in the documents where they were written.
 */
final class Validation {
  private final Current state;
  private final Optional<Documents> documents;
  private final Current before;
  private final Optional<Instant> now;
  private final Findings errors = new Findings();
  private final Findings warnings = new Findings();

  Validation(Current before, Current state, Optional<Documents> documents, Optional<Instant> now) {
    this.before = before;
    this.state = state;
    this.documents = documents;
    this.now = now;
  }

  /** @throws InvalidInput when the state is invalid */
  void check() {
    var loadBalancers = state.all(LoadBalancer.class).toList();
    loadBalancers.forEach(this::checkLoadBalancer);
    checkBackends();
    new CertificateValidation(before, state, now, this::error, this::warning).check();
    loadBalancers.stream()
        .collect(Collectors.groupingBy(LoadBalancer::fleet))
        .values()
        .forEach(this::checkFleet);
    errors.throwIfAny();
  }

  List<Problem> warnings() {
    return warnings.problems();
  }

  private void checkLoadBalancer(LoadBalancer loadBalancer) {
    if (!state.has(new ItemKey(Kind.FLEET, loadBalancer.fleet()))) {
      error(
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
        error(loadBalancer, path + ".name", "two listeners are called \"" + listener.name() + "\"");
      }
      String other = ports.putIfAbsent(listener.port(), listener.name());
      if (other != null) {
        error(
            loadBalancer,
            path + ".port",
            "the listener \"" + other + "\" has port " + listener.port() + " too");
      }
      listener.pool().ifPresent(pool -> checkPool(loadBalancer, path + ".pool", pool));
    }
    if (loadBalancer.listeners().isEmpty()) {
      warning(loadBalancer, "listeners", "there is no listener: nothing is served");
    }
  }

  private void checkRoutes(LoadBalancer loadBalancer) {
    List<Route> routes = loadBalancer.routes();
    for (int index = 0; index < routes.size(); index++) {
      String path = "routes[" + index + "].pool";
      routes.get(index).action().pools().forEach(pool -> checkPool(loadBalancer, path, pool));
    }
    warnOfShadowedRoutes(loadBalancer);
    boolean isHttp =
        loadBalancer.listeners().stream()
            .anyMatch(listener -> listener.protocol() == Protocol.HTTP);
    if (isHttp && routes.isEmpty()) {
      warning(loadBalancer, "routes", "there is no route: every request is answered with 404");
    }
  }

  /** Costs at most a thousand comparisons a route: beyond that many, earlier routes are not looked at. */
  private void warnOfShadowedRoutes(LoadBalancer loadBalancer) {
    List<Route> routes = loadBalancer.routes();
    for (int index = 1; index < routes.size(); index++) {
      for (int earlier = Math.max(0, index - 1_000); earlier < index; earlier++) {
        if (RouteOrder.isShadowed(routes.get(index).match(), routes.get(earlier).match())) {
          warning(
              loadBalancer,
              "routes[" + index + "]",
              "is never reached: routes[" + earlier + "] takes all its requests before it");
          break;
        }
      }
    }
  }

  private void checkPool(LoadBalancer loadBalancer, String path, String pool) {
    if (!state.has(new ItemKey(Kind.POOL, pool))) {
      error(loadBalancer, path, "there is no Pool \"" + pool + "\"" + near(Kind.POOL, pool));
    }
  }

  private void checkBackends() {
    Map<String, Integer> sizes = new HashMap<>();
    state
        .all(Backend.class)
        .forEach(
            backend -> {
              if (!state.has(new ItemKey(Kind.POOL, backend.pool()))) {
                error(
                    backend,
                    "pool",
                    "there is no Pool \""
                        + backend.pool()
                        + "\""
                        + near(Kind.POOL, backend.pool()));
              }
              if (sizes.merge(backend.pool(), 1, Integer::sum) == Pool.BACKEND_LIMIT + 1) {
                error(
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

  /** Load balancers of one fleet share its ports: one protocol a port, and on http ports one owner a host. */
  private void checkFleet(Collection<LoadBalancer> loadBalancers) {
    Map<Integer, Claim> ports = new HashMap<>();
    Map<String, LoadBalancer> hosts = new HashMap<>();
    for (LoadBalancer loadBalancer : loadBalancers) {
      for (int index = 0; index < loadBalancer.listeners().size(); index++) {
        Listener listener = loadBalancer.listeners().get(index);
        var claim = new Claim(loadBalancer, "listeners[" + index + "].port", listener);
        var other = ports.putIfAbsent(listener.port(), claim);
        if (other != null && !other.owner().equals(loadBalancer) && !other.canShareWith(claim)) {
          conflict(claim, other);
        }
        if (listener.protocol() == Protocol.HTTP) {
          claimHosts(claim, hosts);
        }
      }
    }
  }

  private record Claim(LoadBalancer owner, String path, Listener listener) {
    boolean canShareWith(Claim other) {
      return listener.protocol() == Protocol.HTTP && other.listener.protocol() == Protocol.HTTP;
    }
  }

  private void conflict(Claim one, Claim two) {
    boolean isOneLater = writtenAt(one.owner()) > writtenAt(two.owner());
    Claim later = isOneLater ? one : two;
    Claim earlier = isOneLater ? two : one;
    error(
        later.owner(),
        later.path(),
        "port "
            + later.listener().port()
            + " is taken by the "
            + Codec.text(earlier.listener().protocol())
            + " listener \""
            + earlier.listener().name()
            + "\" of "
            + earlier.owner().key()
            + ": only http listeners share a port");
  }

  private void claimHosts(Claim claim, Map<String, LoadBalancer> hosts) {
    int port = claim.listener().port();
    for (String host : claim.owner().hosts()) {
      var other = hosts.putIfAbsent(host + ":" + port, claim.owner());
      if (other != null && !other.equals(claim.owner())) {
        boolean isOtherLater = writtenAt(other) > writtenAt(claim.owner());
        LoadBalancer later = isOtherLater ? other : claim.owner();
        LoadBalancer earlier = isOtherLater ? claim.owner() : other;
        error(
            later,
            "hosts",
            "host \""
                + host
                + "\" on port "
                + port
                + " is served by "
                + earlier.key()
                + " already");
      }
    }
  }

  /** The number of the document that a resource was written in; 0 for one that was there before. */
  private int writtenAt(Resource resource) {
    return documents
        .flatMap(all -> all.whereIs(resource.key()))
        .map(Documents.Written::document)
        .orElse(0);
  }

  private String near(Kind kind, String name) {
    var known =
        state.all().filter(one -> one.kind() == kind).map(Resource::name).limit(100).toList();
    return Suggestion.among(name, known);
  }

  private void error(Resource resource, String path, String message) {
    errors.add(problem(resource, path, message));
  }

  private void warning(Resource resource, String path, String message) {
    if (writtenAt(resource) > 0) {
      warnings.add(problem(resource, path, message));
    }
  }

  private Problem problem(Resource resource, String path, String message) {
    return documents
        .flatMap(all -> all.whereIs(resource.key()))
        .map(written -> written.problem(path, message))
        .orElseGet(() -> new Problem(0, 0, resource.key() + " " + path, message));
  }
}
