package dev.ballast.orchestrator;

import java.util.Map;
import java.util.Set;

/**
 * What an LB server has seen of backends in its own work. Backends are named {@code POOL/BACKEND}.
 *
 * @param ejected those that it has ejected now
 * @param goodAgoNanos how long ago each of those that were asked for answered well, where they did within the last minute
 */
record Observations(Set<String> ejected, Map<String, Long> goodAgoNanos) {
  Observations {
    ejected = Set.copyOf(ejected);
    goodAgoNanos = Map.copyOf(goodAgoNanos);
  }
}
