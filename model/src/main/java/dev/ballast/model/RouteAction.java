package dev.ballast.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of the requests that a route takes. */
public sealed interface RouteAction {
  /** They go to one pool. */
  record ToPool(String pool) implements RouteAction {
    public ToPool {
      Names.requireName(pool);
    }
  }

  /** Each goes to one of several pools, by chance in proportion to the weights. */
  record Split(List<WeightedPool> shares) implements RouteAction {
    public static final int POOL_LIMIT = 32;

    public Split {
      shares = List.copyOf(shares);
      if (shares.stream().mapToInt(WeightedPool::weight).sum() == 0) {
        throw new IllegalArgumentException("a split needs a pool with a weight above 0");
      }
    }
  }

  /**
   * A share of a split.
   *
   * @param weight 0 to 1000
   */
  record WeightedPool(String pool, int weight) {
    public static final int WEIGHT_LIMIT = 1_000;

    public WeightedPool {
      Names.requireName(pool);
      Ranges.require("weight", weight, 0, WEIGHT_LIMIT);
    }
  }

  /**
   * The client is sent elsewhere; what is absent stays as it was asked for.
   *
   * @param status 301, 302, 303, 307 or 308
   * @param scheme {@code http} or {@code https}
   * @param port absent: that of the request if the scheme stays, else the scheme's default
   * @param path instead of the whole path; the query stays
   * @param prefix instead of what {@code match.pathPrefix} took
   */
  record Redirect(
      int status,
      Optional<String> scheme,
      Optional<String> host,
      Optional<Integer> port,
      Optional<String> path,
      Optional<String> prefix)
      implements RouteAction {
    public static final int DEFAULT_STATUS = 308;
    public static final List<Integer> STATUSES = List.of(301, 302, 303, 307, 308);

    public Redirect {
      if (!STATUSES.contains(status)) {
        throw new IllegalArgumentException("status " + status + " is not one of " + STATUSES);
      }
      if (path.isPresent() && prefix.isPresent()) {
        throw new IllegalArgumentException("a redirect has either path or prefix, not both");
      }
    }
  }

  /**
   * We answer.
   *
   * @param status 200 to 599
   * @param body at most {@value #BODY_LIMIT} bytes of UTF-8
   */
  record Respond(int status, String contentType, String body) implements RouteAction {
    public static final int BODY_LIMIT = 65_536;
    public static final String DEFAULT_CONTENT_TYPE = "text/plain; charset=utf-8";

    public Respond {
      Ranges.require("status", status, 200, 599);
    }
  }

  /** The pools that requests may go to. */
  default Stream<String> pools() {
    return switch (this) {
      case ToPool(String pool) -> Stream.of(pool);
      case Split(List<WeightedPool> shares) -> shares.stream().map(WeightedPool::pool);
      case Redirect _, Respond _ -> Stream.empty();
    };
  }
}
