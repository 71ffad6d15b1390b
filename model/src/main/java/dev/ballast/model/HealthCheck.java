package dev.ballast.model;

import java.time.Duration;

/**
 * How the orchestrator probes the backends of a pool.
 *
 * @param path what an {@link Type#HTTP} probe asks for; {@code /} and unused for {@link Type#TCP}
 * @param interval 100 ms to 1 h
 * @param timeout 10 ms to 1 min
 */
public record HealthCheck(Type type, String path, Duration interval, Duration timeout) {
  /** What a probe does. */
  public enum Type {
    HTTP,
    TCP
  }

  public static final String DEFAULT_PATH = "/";
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(500);

  public HealthCheck {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path \"" + path + "\" does not begin with /");
    }
    Ranges.require("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
    Ranges.require("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
  }
}
