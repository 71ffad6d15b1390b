package dev.ballast.model;

import java.util.Optional;

/**
 * Backends that do the same work, with the algorithm that picks among them. Its backends are items of their own.
 *
 * @param panicThresholdPercent 0 to 100: when a smaller share than this is eligible, all are used but the draining and the
 *     disabled; 0 turns that off
 */
public record Pool(
    String name,
    Algorithm algorithm,
    Optional<HealthCheck> healthCheck,
    Timeouts timeouts,
    int panicThresholdPercent)
    implements Resource {
  public static final int DEFAULT_PANIC_THRESHOLD_PERCENT = 50;
  public static final int BACKEND_LIMIT = 50_000;

  public Pool {
    Names.requireName(name);
    Ranges.require("panicThreshold", panicThresholdPercent, 0, 100);
  }

  @Override
  public Kind kind() {
    return Kind.POOL;
  }
}
