package dev.ballast.orchestrator;

import dev.ballast.detection.ProbingSettings;
import dev.ballast.locks.GroupSettings;
import dev.ballast.model.View;
import dev.ballast.sync.SyncSettings;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * How an orchestrator runs.
 *
 * @param name unique among the orchestrators of a system; who keeps it over a restart gets the same shares
 * @param ttl how long its shares outlive it, 500 ms to 1 min, default 3 s
 * @param sync how it follows the configuration; its view is {@code targets}
 * @param probing what holds for all of its targets
 * @param admin where its admin port listens; port 0 for any
 */
public record OrchestratorSettings(
    String name,
    Duration ttl,
    SyncSettings sync,
    ProbingSettings probing,
    InetSocketAddress admin) {
  /** The consumer group of all orchestrators that use one configuration database. */
  public static final String GROUP = "orchestrators";

  /** How the locks begin by which orchestrators say that they doubt themselves; then comes the name. */
  public static final String DOUBT = GROUP + "-in-doubt/";

  public static final Duration DEFAULT_TTL = Duration.ofSeconds(3);
  public static final int DEFAULT_ADMIN_PORT = 7072;

  private static final Duration SHORTEST_TTL = Duration.ofMillis(500);
  private static final Duration LONGEST_TTL = Duration.ofMinutes(1);

  public OrchestratorSettings {
    if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
      throw new IllegalArgumentException(
          "the lease of an orchestrator lives for 500ms to 1m, not " + ttl.toMillis() + "ms");
    }
    if (!(sync.view() instanceof View.Targets)) {
      throw new IllegalArgumentException(
          "an orchestrator follows the view targets, not " + sync.view());
    }
  }

  /** How it takes part in sharing out the subjects. */
  GroupSettings group() {
    return GroupSettings.of(GROUP, name, Subject.PARTITIONS).withHandOver(HAND_OVER);
  }

  private static final Duration HAND_OVER = Duration.ofSeconds(2);
}
