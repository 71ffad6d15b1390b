package dev.ballast.proxy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes in document order, of which the first that takes a request wins. Immutable.
 *
 * <p>Routes with an exact path are found by its hash; those with a prefix by the hashes of what stands before each segment
 * border of the path, which is walked once and only as far as the longest prefix. Each of these finds gives the numbers of a few
 * routes, ascending, and only those that stand before the best one so far are looked at. So a thousand routes cost about what
 * ten do, as long as they differ by path; those without one, or with a regular expression, are tried in turn.
 */
final class RouteTable {
  private final RoutePlan[] routes;
  private final PathIndex exact;
  private final PathIndex prefixes;
  private final int[] anywhere;

  private RouteTable(RoutePlan[] routes, PathIndex exact, PathIndex prefixes, int[] anywhere) {
    this.routes = routes;
    this.exact = exact;
    this.prefixes = prefixes;
    this.anywhere = anywhere;
  }

  /** @param routes in document order */
  static RouteTable of(List<RoutePlan> routes) {
    Map<PathIndex.Pattern, List<Integer>> exact = new HashMap<>();
    Map<PathIndex.Pattern, List<Integer>> prefixes = new HashMap<>();
    List<Integer> anywhere = new ArrayList<>();
    for (int number = 0; number < routes.size(); number++) {
      PathMatch path = routes.get(number).path();
      switch (path) {
        case PathMatch.Exact(byte[] whole) -> numbers(exact, whole).add(number);
        case PathMatch.Prefix(byte[] prefix) -> numbers(prefixes, prefix).add(number);
        case PathMatch.Any _, PathMatch.Regex _ -> anywhere.add(number);
      }
    }
    return new RouteTable(
        routes.toArray(RoutePlan[]::new), index(exact), index(prefixes), array(anywhere));
  }

  private static List<Integer> numbers(Map<PathIndex.Pattern, List<Integer>> of, byte[] path) {
    return of.computeIfAbsent(PathIndex.Pattern.of(path), pattern -> new ArrayList<>());
  }

  private static PathIndex index(Map<PathIndex.Pattern, List<Integer>> numbers) {
    var arrays = new HashMap<PathIndex.Pattern, int[]>();
    numbers.forEach((path, list) -> arrays.put(path, array(list)));
    return PathIndex.of(arrays);
  }

  private static int[] array(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The first route that takes a request with this path, or null. */
  @Nullable RoutePlan find(RequestHead head, byte[] path, int start, int end) {
    int best = first(anywhere, routes.length, head, path, start, end);
    best = firstByPrefix(best, head, path, start, end);
    best = firstByWholePath(best, head, path, start, end);
    return best == routes.length ? null : routes[best];
  }

  private int firstByWholePath(int bound, RequestHead head, byte[] path, int start, int end) {
    if (end - start > exact.longest()) {
      return bound;
    }
    int hash = 0;
    for (int at = start; at < end; at++) {
      hash = PathIndex.grown(hash, path[at]);
    }
    return first(exact.find(path, start, end, hash), bound, head, path, start, end);
  }

  private int firstByPrefix(int bound, RequestHead head, byte[] path, int start, int end) {
    int best = bound;
    int stop = Math.min(end, start + prefixes.longest());
    int hash = 0;
    for (int at = start; at < stop; ) {
      hash = PathIndex.grown(hash, path[at++]);
      if (at == end || path[at] == '/' || path[at - 1] == '/') {
        best = first(prefixes.find(path, start, at, hash), best, head, path, start, end);
      }
    }
    return best;
  }

  /** The first of these routes that takes the request, if it stands before {@code bound}; else {@code bound}. */
  private int first(
      int @Nullable [] numbers, int bound, RequestHead head, byte[] path, int start, int end) {
    if (numbers != null) {
      for (int i = 0; i < numbers.length && numbers[i] < bound; i++) {
        if (routes[numbers[i]].takes(head, path, start, end)) {
          return numbers[i];
        }
      }
    }
    return bound;
  }
}
