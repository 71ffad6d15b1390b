package dev.ballast.model;

import java.time.Duration;

/**
 * When an LB server takes a backend out for a while because of the outcomes of its own requests.
 *
 * @param consecutiveFailures in a row (no answer, or a status of 5xx from the gateway class 502, 503, 504), 0: not judged
 * @param successRateDeviations below the mean of the pool's success rates, in tenths of a standard deviation; 0: not judged
 * @param minHosts backends with enough requests before success rates are judged
 * @param minRequests of a backend within an interval before its success rate is judged
 * @param interval of judging success rates
 * @param baseEjection times the number of ejections in a row is how long one lasts
 * @param maxEjection at most
 * @param maxEjectedPercent of a pool's backends, at least one unless it is 0 (which turns ejection off)
 */
public record OutlierEjection(
    int consecutiveFailures,
    int successRateDeviations,
    int minHosts,
    int minRequests,
    Duration interval,
    Duration baseEjection,
    Duration maxEjection,
    int maxEjectedPercent) {
  private static final OutlierEjection DEFAULTS =
      new OutlierEjection(
          5,
          19,
          5,
          100,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(300),
          10);

  public OutlierEjection {
    Ranges.require("consecutiveFailures", consecutiveFailures, 0, 10_000);
    Ranges.require("successRateDeviations", successRateDeviations, 0, 100);
    Ranges.require("minHosts", minHosts, 2, 10_000);
    Ranges.require("minRequests", minRequests, 1, 1_000_000);
    Ranges.require("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
    Ranges.require("baseEjection", baseEjection, Duration.ofMillis(100), Duration.ofHours(1));
    Ranges.require("maxEjection", maxEjection, Duration.ofMillis(100), Duration.ofHours(24));
    Ranges.requirePercent("maxEjected", maxEjectedPercent, 0, 100);
    if (baseEjection.compareTo(maxEjection) > 0) {
      throw new IllegalArgumentException("baseEjection is longer than maxEjection");
    }
  }

  public static OutlierEjection defaults() {
    return DEFAULTS;
  }
}
