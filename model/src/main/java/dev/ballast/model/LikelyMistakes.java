package dev.ballast.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Warns of what is valid and hardly meant. Looks only at what was written. */
final class LikelyMistakes {
  private static final Pattern AMBIGUOUS = Pattern.compile(";|//|\\\\|%2[Ff]");

  private final Current state;
  private final Remarks remarks;

  LikelyMistakes(Current state, Remarks remarks) {
    this.state = state;
    this.remarks = remarks;
  }

  void warn() {
    state
        .all(LoadBalancer.class)
        .forEach(
            loadBalancer -> {
              if (remarks.isWritten(loadBalancer)) {
                ofListeners(loadBalancer);
                ofRoutes(loadBalancer);
                ofErrorPages(loadBalancer);
                ofTrust(loadBalancer, "forwarded.trust", trust(loadBalancer));
              }
              ofSharedStickiness(loadBalancer);
            });
    state
        .all(Pool.class)
        .filter(remarks::isWritten)
        .forEach(
            pool -> {
              pool.healthCheck().ifPresent(check -> ofHealthCheck(pool, check));
              ofRetries(pool);
              ofPreference(pool);
            });
  }

  private static List<AddressBlock> trust(LoadBalancer loadBalancer) {
    return loadBalancer.exchanges().forwarding().trust();
  }

  private void ofListeners(LoadBalancer loadBalancer) {
    List<Listener> listeners = loadBalancer.listeners();
    if (listeners.isEmpty()) {
      remarks.warning(loadBalancer, "listeners", "there is no listener: nothing is served");
      return;
    }
    boolean isHttp = listeners.stream().anyMatch(listener -> listener.protocol().isHttp());
    if (isHttp && loadBalancer.routes().isEmpty()) {
      remarks.warning(
          loadBalancer, "routes", "there is no route: every request is answered with 404");
    }
    if (!isHttp && !loadBalancer.routes().isEmpty()) {
      remarks.warning(
          loadBalancer, "routes", "no listener speaks http or https: no route is ever used");
    }
    for (int index = 0; index < listeners.size(); index++) {
      ofTrust(
          loadBalancer,
          "listeners[" + index + "].proxyProtocol",
          listeners.get(index).proxyProtocol());
      ofStreams(loadBalancer, "listeners[" + index + "]", listeners.get(index));
    }
  }

  /** Algorithms that go by what only requests have. */
  private void ofStreams(LoadBalancer loadBalancer, String path, Listener listener) {
    if (listener.protocol().isHttp()) {
      return;
    }
    Stream.concat(listener.pool().stream(), listener.sni().stream().map(SniRoute::pool))
        .distinct()
        .forEach(
            name -> {
              String lack =
                  state.find(new ItemKey(Kind.POOL, name)) instanceof Pool pool
                      ? lackOfStreams(pool.algorithm())
                      : "";
              if (!lack.isEmpty()) {
                String why = "a stream has no " + lack + ": pool " + name;
                remarks.warning(loadBalancer, path, why + " can't pick by that for this listener");
              }
            });
  }

  /** What it goes by and streams have not; empty if there is nothing. */
  private static String lackOfStreams(Algorithm algorithm) {
    if (algorithm instanceof Algorithm.LeastLoad) {
      return "report of load";
    }
    return algorithm
        .part()
        .map(RequestPart::kind)
        .filter(kind -> kind != RequestPart.Kind.SOURCE_ADDRESS)
        .map(Codec::text)
        .orElse("");
  }

  private void ofTrust(LoadBalancer loadBalancer, String path, List<AddressBlock> blocks) {
    blocks.stream()
        .filter(AddressBlock::isEverything)
        .findFirst()
        .ifPresent(
            block ->
                remarks.warning(
                    loadBalancer, path, block + " believes every client whoever it says it is"));
  }

  private void ofRoutes(LoadBalancer loadBalancer) {
    List<Route> routes = loadBalancer.routes();
    RouteOrder.shadowed(routes)
        .forEach(
            (index, earlier) ->
                remarks.warning(
                    loadBalancer,
                    "routes[" + index + "]",
                    "is never reached: routes[" + earlier + "] takes all its requests before it"));
    for (int index = 0; index < routes.size(); index++) {
      String path = "routes[" + index + "]";
      ofRegex(loadBalancer, path, routes.get(index).match());
      ofAmbiguousPath(loadBalancer, path, routes.get(index).match());
      ofForwardedFields(loadBalancer, path, routes.get(index).requestHeaders());
      switch (routes.get(index).action()) {
        case RouteAction.Split split -> ofSplit(loadBalancer, path + ".split", split);
        case RouteAction.Redirect _ -> ofRedirect(loadBalancer, index);
        case RouteAction.ToPool _, RouteAction.Respond _ -> {}
      }
    }
  }

  private void ofRegex(LoadBalancer loadBalancer, String route, RouteMatch match) {
    match
        .pathRegex()
        .filter(regex -> regex.matches("\\^?[A-Za-z0-9_-]{2}[^|]*"))
        .ifPresent(
            regex ->
                remarks.warning(
                    loadBalancer,
                    route + ".match.pathRegex",
                    "never matches: it is compared with the whole path, which begins with /"));
  }

  /** Backends read such paths in other ways, so requests for them are refused where these take another route. */
  private void ofAmbiguousPath(LoadBalancer loadBalancer, String route, RouteMatch match) {
    match
        .path()
        .or(match::pathPrefix)
        .filter(path -> AMBIGUOUS.matcher(path).find())
        .ifPresent(
            path ->
                remarks.warning(
                    loadBalancer,
                    route + ".match",
                    "has ;, //, \\ or %2F in its path: requests that would take another route"
                        + " without are refused"));
  }

  private void ofForwardedFields(LoadBalancer loadBalancer, String route, HeaderEdits edits) {
    Forwarding forwarding = loadBalancer.exchanges().forwarding();
    Stream.of(
            edits.set().stream().map(HeaderEdits.Field::name),
            edits.add().stream().map(HeaderEdits.Field::name),
            edits.remove().stream())
        .flatMap(names -> names)
        .filter(forwarding::writes)
        .distinct()
        .forEach(
            name ->
                remarks.warning(
                    loadBalancer,
                    route + ".requestHeaders",
                    "\"" + name + "\" stays as forwarded says: it is written after all edits"));
  }

  private void ofSplit(LoadBalancer loadBalancer, String path, RouteAction.Split split) {
    var pools = new HashSet<String>();
    for (RouteAction.WeightedPool share : split.shares()) {
      if (!pools.add(share.pool())) {
        remarks.warning(
            loadBalancer, path, "names Pool " + share.pool() + " twice: the weights add up");
      }
    }
    if (split.shares().stream().filter(share -> share.weight() > 0).count() == 1) {
      remarks.warning(loadBalancer, path, "has one pool with a weight above 0, which takes all");
    }
  }

  private void ofRedirect(LoadBalancer loadBalancer, int index) {
    RedirectLoop.listenerOf(loadBalancer, index)
        .ifPresent(
            listener ->
                remarks.warning(
                    loadBalancer,
                    "routes[" + index + "].redirect",
                    "sends clients of listener \""
                        + listener.name()
                        + "\" to where this route takes them again, without end"
                        + (listener.protocol() == Protocol.HTTPS
                            ? ": give the http listener a load balancer of its own"
                            : "")));
  }

  private void ofErrorPages(LoadBalancer loadBalancer) {
    List<ErrorPage> pages = loadBalancer.exchanges().errorPages();
    Set<Integer> statuses = new HashSet<>();
    for (int index = 0; index < pages.size(); index++) {
      for (int status : pages.get(index).statuses()) {
        if (!statuses.add(status)) {
          remarks.warning(
              loadBalancer,
              "errorPages[" + index + "].statuses",
              "status " + status + " has a page already, which is used");
        }
      }
    }
  }

  /** Pools whose cookies or headers have the same name overwrite one another's at a client that meets both. */
  private void ofSharedStickiness(LoadBalancer loadBalancer) {
    Map<String, Pool> owners = new HashMap<>();
    for (String name : loadBalancer.poolsReached()) {
      if (state.find(new ItemKey(Kind.POOL, name)) instanceof Pool pool
          && pool.sticky().isPresent()) {
        String shared =
            switch (pool.sticky().get()) {
              case Sticky.Cookie cookie -> "cookie \"" + cookie.name() + "\" at " + cookie.path();
              case Sticky.Header(String header) -> "header \"" + header + "\"";
            };
        Pool other = owners.putIfAbsent(shared, pool);
        if (other != null) {
          warnOfShared(loadBalancer, pool, other, shared);
        }
      }
    }
  }

  private void warnOfShared(LoadBalancer loadBalancer, Pool pool, Pool other, String shared) {
    Stream.of(pool, other, loadBalancer)
        .filter(remarks::isWritten)
        .findFirst()
        .ifPresent(
            written ->
                remarks.warning(
                    written,
                    written instanceof Pool ? "sticky" : "routes",
                    pool.key()
                        + " and "
                        + other.key()
                        + " of "
                        + loadBalancer.key()
                        + " use the same "
                        + shared
                        + ": a client keeps to one of them only"));
  }

  private void ofHealthCheck(Pool pool, HealthCheck check) {
    if (check.type() == HealthCheck.Type.TCP && check.connection().tls().isEmpty()) {
      remarks.warning(
          pool,
          "healthCheck.type",
          "a tcp check can't see a frozen process: the kernel accepts connections for it; http or"
              + " grpc ask the process itself");
    }
    check
        .connection()
        .tls()
        .flatMap(BackendTls::certificate)
        .ifPresent(
            name ->
                remarks.warning(
                    pool,
                    "healthCheck.tls.certificate",
                    "probes show no certificate, as only LB servers open the key of "
                        + name
                        + ": a backend that wants one needs a port without for its health check"));
  }

  private void ofRetries(Pool pool) {
    Retries retries = pool.resilience().retries();
    if (retries.attempts() > 0 && retries.budgetPercent() == 0 && retries.budgetMin() == 0) {
      remarks.warning(
          pool, "retries", "no retry fits in a budget of 0: attempts: 0 says that plainly");
    }
  }

  private void ofPreference(Pool pool) {
    Preference preference = pool.preference();
    if (preference.isForSubset() && pool.algorithm() instanceof Algorithm.Hash) {
      remarks.warning(
          pool,
          "subset",
          "each LB server hashes within its own subset, so the same key goes to another backend at"
              + " another LB server");
    }
    if (preference.isForSubset() && pool.sticky().isPresent()) {
      remarks.warning(
          pool,
          "subset",
          "a client stays with its backend only at LB servers that have it in their subset");
    }
    if (preference.isForOwnZone() && backendsOf(pool).allMatch(one -> one.zone().isEmpty())) {
      remarks.warning(
          pool, "zonePreference", "no backend of the pool has a zone: none is preferred");
    }
    boolean isFailoverSaid = preference.failoverPercent() != Preference.DEFAULT_FAILOVER_PERCENT;
    if (isFailoverSaid && backendsOf(pool).map(Backend::priority).distinct().count() < 2) {
      remarks.warning(
          pool, "failover", "all backends of the pool have the same priority: there are no spares");
    }
  }

  private Stream<Backend> backendsOf(Pool pool) {
    return state.all(Backend.class).filter(backend -> backend.pool().equals(pool.name()));
  }
}
