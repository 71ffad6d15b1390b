package dev.ballast.proxy;

import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Rewrite;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes of the routes of one load balancer, as one of its ports serves them, what requests are routed by. */
final class RouteCompiler {
  private final LoadBalancer balancer;
  private final Function<String, PoolPlan> pools;
  private final Function<String, Books> books;
  private final RoutePolicy unrouted;

  /**
   * @param scheme that clients of the port use: {@code http} or {@code https}
   * @param books of a route, by its name
   */
  RouteCompiler(
      LoadBalancer balancer,
      String scheme,
      Function<String, PoolPlan> pools,
      Function<String, Books> books) {
    this.books = books;
    this.balancer = balancer;
    this.pools = pools;
    this.unrouted =
        RoutePolicy.unchanged(
            Forwarder.of(balancer.exchanges().forwarding(), scheme),
            ErrorPages.of(balancer.exchanges().errorPages()),
            books.apply(RouteAccount.Key.NO_ROUTE));
  }

  /** How requests are treated that no route takes. */
  RoutePolicy unrouted() {
    return unrouted;
  }

  /** @param place of the route in its document, from 1: its name, if it has none */
  RoutePlan compile(Route route, int place) {
    PathMatch path = PathMatch.of(route.match());
    String name = route.name().orElse(Integer.toString(place));
    return new RoutePlan(
        name,
        path,
        RouteConditions.of(route.match()),
        target(route.action(), path),
        policy(route, name, path));
  }

  private RouteTarget target(RouteAction action, PathMatch path) {
    return switch (action) {
      case RouteAction.ToPool(String pool) -> new RouteTarget.ToPool(pools.apply(pool));
      case RouteAction.Split(List<RouteAction.WeightedPool> shares) ->
          new RouteTarget.Split(
              shares.stream().map(share -> pools.apply(share.pool())).toArray(PoolPlan[]::new),
              shares.stream().mapToInt(RouteAction.WeightedPool::weight).toArray());
      case RouteAction.Redirect redirect ->
          new RouteTarget.Answered(RouteAnswer.Redirect.of(redirect, path, balancer.domain()));
      case RouteAction.Respond respond -> new RouteTarget.Answered(RouteAnswer.Fixed.of(respond));
    };
  }

  private RoutePolicy policy(Route route, String name, PathMatch path) {
    Rewrite rewrite = route.rewrite();
    Optional<Long> maxBody = route.maxBodyBytes().or(balancer.exchanges()::maxBodyBytes);
    return new RoutePolicy(
        rewrite.host().map(Grammar::ascii).orElse(null),
        PathRewrite.of(path, rewrite.path(), rewrite.prefix(), rewrite.regexReplacement()),
        HeaderLines.ofRequests(route.requestHeaders(), balancer.exchanges().forwarding()),
        HeaderLines.ofAnswers(route.responseHeaders()),
        maxBody.orElse(RoutePolicy.NO_LIMIT),
        unrouted.forwarder(),
        unrouted.pages(),
        books.apply(name));
  }
}
