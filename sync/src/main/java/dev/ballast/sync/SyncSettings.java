package dev.ballast.sync;

import dev.ballast.model.View;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to follow, and how.
 *
 * @param controllers at least one; the next is tried when one fails
 * @param caFile certificates (PEM) that a controller's TLS certificate is checked against; absent: those of the JDK
 * @param pullInterval between two lists in {@link SyncMode#PULL}, and between two checks behind the watch in {@link
 *     SyncMode#PUSH_PULL}; at least 100 ms
 * @param stateFile where the last good snapshot is kept
 */
public record SyncSettings(
    List<URI> controllers,
    String token,
    Optional<Path> caFile,
    View view,
    SyncMode mode,
    Duration pullInterval,
    Path stateFile) {
  public static final Duration DEFAULT_PULL_INTERVAL = Duration.ofSeconds(30);
  private static final Duration SHORTEST_PULL_INTERVAL = Duration.ofMillis(100);

  public SyncSettings {
    controllers = List.copyOf(controllers);
    if (controllers.isEmpty()) {
      throw new IllegalArgumentException("name at least one controller");
    }
    if (pullInterval.compareTo(SHORTEST_PULL_INTERVAL) < 0) {
      throw new IllegalArgumentException("the pull interval is at least 100ms");
    }
  }
}
