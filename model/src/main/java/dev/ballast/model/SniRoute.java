package dev.ballast.model;

/**
 * TLS connections whose SNI matches go to the pool, unopened.
 *
 * @param host exact, {@code *.example.test}, or {@code *}; lower case
 */
public record SniRoute(String host, String pool) {
  public SniRoute {
    Names.requireName(pool);
  }
}
