package dev.ballast.model;

/**
 * Between which bounds a fleet grows and shrinks, and the load per LB server that is aimed at.
 *
 * @param min at least this many LB servers, 1 to 1000
 * @param max at most this many, {@code min} to 1000
 * @param cpuPercent of the machine, 1 to 100
 * @param memoryPercent of the machine, 1 to 100
 * @param connectionsPerServer 1 to 10,000,000
 */
public record Scaling(
    int min, int max, int cpuPercent, int memoryPercent, int connectionsPerServer) {
  private static final int SERVER_LIMIT = 1_000;
  private static final Scaling DEFAULTS = new Scaling(2, 8, 60, 80, 20_000);

  public Scaling {
    Ranges.require("min", min, 1, SERVER_LIMIT);
    Ranges.require("max", max, min, SERVER_LIMIT);
    Ranges.requirePercent("cpu", cpuPercent, 1, 100);
    Ranges.requirePercent("memory", memoryPercent, 1, 100);
    Ranges.require("connectionsPerServer", connectionsPerServer, 1, 10_000_000);
  }

  public static Scaling defaults() {
    return DEFAULTS;
  }
}
