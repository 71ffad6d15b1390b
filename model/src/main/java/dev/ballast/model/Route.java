package dev.ballast.model;

import java.util.Optional;

/**
 * What becomes of the requests that match.
 *
 * @param name for metrics and the access log; absent: its place in the document
 * @param maxBodyBytes of a request; absent: the load balancer's
 */
public record Route(
    Optional<String> name,
    RouteMatch match,
    RouteAction action,
    Rewrite rewrite,
    HeaderEdits requestHeaders,
    HeaderEdits responseHeaders,
    Optional<Long> maxBodyBytes) {
  public Route {
    name.ifPresent(Names::requireName);
  }

  /** Requests that match go to the pool. */
  public Route(RouteMatch match, String pool) {
    this(
        Optional.empty(),
        match,
        new RouteAction.ToPool(pool),
        Rewrite.NONE,
        HeaderEdits.NONE,
        HeaderEdits.NONE,
        Optional.empty());
  }

  /** A plain route with another action. */
  public Route(RouteMatch match, RouteAction action) {
    this(
        Optional.empty(),
        match,
        action,
        Rewrite.NONE,
        HeaderEdits.NONE,
        HeaderEdits.NONE,
        Optional.empty());
  }
}
