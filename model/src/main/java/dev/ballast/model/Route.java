package dev.ballast.model;

/** Requests that match go to the pool. */
public record Route(RouteMatch match, String pool) {
  public Route {
    Names.requireName(pool);
  }
}
