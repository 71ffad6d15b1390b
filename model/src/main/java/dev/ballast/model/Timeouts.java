package dev.ballast.model;

import java.time.Duration;

/**
 * The time limits of exchanges with a pool's backends, each 1 ms to 24 h.
 *
 * @param connect until the backend has accepted the connection
 * @param firstByte from the request's last byte to the answer's first (HTTP)
 * @param idle without a byte either way: the end of the connection
 * @param overall from the request's first byte to the answer's last (HTTP)
 */
public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration overall) {
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofHours(24);
  private static final Timeouts DEFAULTS =
      new Timeouts(
          Duration.ofSeconds(1),
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));

  public Timeouts {
    Ranges.require("connect", connect, LEAST, MOST);
    Ranges.require("firstByte", firstByte, LEAST, MOST);
    Ranges.require("idle", idle, LEAST, MOST);
    Ranges.require("overall", overall, LEAST, MOST);
  }

  public static Timeouts defaults() {
    return DEFAULTS;
  }
}
