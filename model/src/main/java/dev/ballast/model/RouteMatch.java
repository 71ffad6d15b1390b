package dev.ballast.model;

import java.util.List;
import java.util.Optional;

/**
 * Which requests a route takes; what is absent matches everything, and all that is present must match.
 *
 * @param host exact, or {@code *.example.test}; lower case
 * @param path the whole path, exactly
 * @param pathPrefix a prefix that ends on a segment border: {@code /api} takes {@code /api} and {@code /api/x}, not
 *     {@code /apix}
 * @param pathRegex a regular expression for the whole path, matched in linear time (RE2 syntax)
 * @param methods any of these; empty: all
 * @param headers all of these; a field that comes several times matches if one of its lines does
 * @param query all of these, on the parameters as the client wrote them
 */
public record RouteMatch(
    Optional<String> host,
    Optional<String> path,
    Optional<String> pathPrefix,
    Optional<String> pathRegex,
    List<String> methods,
    List<ValueMatch> headers,
    List<ValueMatch> query) {
  public static final int CONDITION_LIMIT = 32;
  public static final RouteMatch ALL =
      new RouteMatch(Optional.empty(), Optional.empty(), Optional.empty());

  public RouteMatch {
    if ((path.isPresent() ? 1 : 0)
            + (pathPrefix.isPresent() ? 1 : 0)
            + (pathRegex.isPresent() ? 1 : 0)
        > 1) {
      throw new IllegalArgumentException(
          "a match has one of path, pathPrefix and pathRegex, not several");
    }
    path.ifPresent(RouteMatch::requirePath);
    pathPrefix.ifPresent(RouteMatch::requirePath);
    methods = List.copyOf(methods);
    headers = List.copyOf(headers);
    query = List.copyOf(query);
  }

  /** A match by host and path alone. */
  public RouteMatch(Optional<String> host, Optional<String> path, Optional<String> pathPrefix) {
    this(host, path, pathPrefix, Optional.empty(), List.of(), List.of(), List.of());
  }

  /** Whether every request that {@code other} takes is taken by this match too. */
  public boolean covers(RouteMatch other) {
    return coversHost(other) && coversPath(other) && coversConditions(other);
  }

  private boolean coversHost(RouteMatch other) {
    return host.isEmpty()
        || other.host.filter(theirs -> Hosts.covers(host.get(), theirs)).isPresent();
  }

  private boolean coversPath(RouteMatch other) {
    if (path.isPresent()) {
      return path.equals(other.path);
    }
    if (pathRegex.isPresent()) {
      return pathRegex.equals(other.pathRegex);
    }
    return pathPrefix.isEmpty()
        || pathPrefix.get().equals("/")
        || other
            .path
            .or(other::pathPrefix)
            .filter(theirs -> isUnder(pathPrefix.get(), theirs))
            .isPresent();
  }

  private boolean coversConditions(RouteMatch other) {
    boolean coversMethods =
        methods.isEmpty() || (!other.methods.isEmpty() && methods.containsAll(other.methods));
    return coversMethods && isImplied(headers, other.headers) && isImplied(query, other.query);
  }

  private static boolean isImplied(List<ValueMatch> wide, List<ValueMatch> narrow) {
    return wide.stream().allMatch(one -> narrow.stream().anyMatch(one::covers));
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
