package dev.ballast.model;

import java.util.Optional;

/**
 * Which requests a route takes; what is absent matches everything.
 *
 * @param host exact, or {@code *.example.test}; lower case
 * @param path the whole path, exactly
 * @param pathPrefix a prefix that ends on a segment border: {@code /api} takes {@code /api} and {@code /api/x}, not
 *     {@code /apix}
 */
public record RouteMatch(
    Optional<String> host, Optional<String> path, Optional<String> pathPrefix) {
  public static final RouteMatch ALL =
      new RouteMatch(Optional.empty(), Optional.empty(), Optional.empty());

  public RouteMatch {
    if (path.isPresent() && pathPrefix.isPresent()) {
      throw new IllegalArgumentException("a match has either path or pathPrefix, not both");
    }
    path.ifPresent(RouteMatch::requirePath);
    pathPrefix.ifPresent(RouteMatch::requirePath);
  }

  /** Whether every request that {@code other} takes is taken by this match too. */
  public boolean covers(RouteMatch other) {
    return coversHost(other) && coversPath(other);
  }

  private boolean coversHost(RouteMatch other) {
    return host.isEmpty()
        || other.host.filter(theirs -> Hosts.covers(host.get(), theirs)).isPresent();
  }

  private boolean coversPath(RouteMatch other) {
    if (path.isPresent()) {
      return path.equals(other.path);
    }
    return pathPrefix.isEmpty()
        || other
            .path
            .or(other::pathPrefix)
            .filter(theirs -> isUnder(pathPrefix.get(), theirs))
            .isPresent();
  }

  /** Whether {@code path} is {@code prefix} or lies below it, on a segment border. */
  public static boolean isUnder(String prefix, String path) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length()
            || prefix.endsWith("/")
            || path.charAt(prefix.length()) == '/');
  }

  private static void requirePath(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path \"" + path + "\" does not begin with /");
    }
  }
}
