package dev.ballast.proxy;

import com.google.re2j.Pattern;
import java.util.Arrays;

/** One route: which requests it takes, where they go, and how they are treated on the way. Immutable. */
final class RoutePlan {
  private final String name;
  private final PathMatch path;
  private final RouteConditions conditions;
  private final RouteTarget target;
  private final RoutePolicy policy;

  /** @param name for the metrics and the access log */
  RoutePlan(
      String name,
      PathMatch path,
      RouteConditions conditions,
      RouteTarget target,
      RoutePolicy policy) {
    this.name = name;
    this.path = path;
    this.conditions = conditions;
    this.target = target;
    this.policy = policy;
  }

  String name() {
    return name;
  }

  PathMatch path() {
    return path;
  }

  RouteTarget target() {
    return target;
  }

  /** How its requests are treated; all that may be kept of a route for as long as an exchange lasts. */
  RoutePolicy policy() {
    return policy;
  }

  /** Whether it takes a request whose path it was found by. */
  boolean takes(RequestHead head, byte[] bytes, int start, int end) {
    boolean isPathTaken =
        !(path instanceof PathMatch.Regex(Pattern pattern))
            || pattern.matcher(Arrays.copyOfRange(bytes, start, end)).matches();
    return isPathTaken && (conditions == RouteConditions.NONE || conditions.hold(head));
  }
}
