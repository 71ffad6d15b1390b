package dev.ballast.proxy;

import dev.ballast.model.RouteMatch;
import org.jspecify.annotations.Nullable;

/** One route of one host: which paths it takes, and to which pool. */
final class RoutePlan {
  private final byte @Nullable [] exact;
  private final byte @Nullable [] prefix;
  private final PoolPlan pool;

  RoutePlan(RouteMatch match, PoolPlan pool) {
    this.exact = match.path().map(Grammar::ascii).orElse(null);
    this.prefix = match.pathPrefix().map(Grammar::ascii).orElse(null);
    this.pool = pool;
  }

  PoolPlan pool() {
    return pool;
  }

  /** Whether it takes the path from {@code start} to {@code end}. */
  boolean takes(byte[] bytes, int start, int end) {
    if (exact != null) {
      return end - start == exact.length && Grammar.startsWith(bytes, start, end, exact);
    }
    return prefix == null || isUnder(prefix, bytes, start, end);
  }

  /** On a segment border: {@code /api} takes {@code /api} and {@code /api/x}, not {@code /apix}. */
  private static boolean isUnder(byte[] prefix, byte[] bytes, int start, int end) {
    if (!Grammar.startsWith(bytes, start, end, prefix)) {
      return false;
    }
    int border = start + prefix.length;
    return border == end || prefix[prefix.length - 1] == '/' || bytes[border] == '/';
  }
}
