package dev.ballast.orchestrator;

import dev.ballast.model.LbServer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which LB servers have ejected which backends, as they last said. An ejection accuses its backend once: at the first word of it that reaches
 * whoever watches the backend then. Owned by its {@link Desk}.
 */
final class Ejections {
  /** One process of an LB server: a restarted one has ejected nobody yet. */
  private record Source(String name, String instance) {
    static Source of(LbServer server) {
      return new Source(server.name(), server.instance());
    }
  }

  private final Map<Source, Set<String>> accused = new HashMap<>();

  /**
   * Takes what an LB server has ejected now.
   *
   * @param own the backends that are watched here
   * @return those of them that it accuses now
   */
  List<String> heard(LbServer server, Set<String> ejected, Set<String> own) {
    Set<String> before = accused.getOrDefault(Source.of(server), Set.of());
    var still = new HashSet<>(ejected);
    still.retainAll(own);
    List<String> fresh = still.stream().filter(id -> !before.contains(id)).sorted().toList();
    if (still.isEmpty()) {
      accused.remove(Source.of(server));
    } else {
      accused.put(Source.of(server), still);
    }
    return fresh;
  }

  /** Only these LB servers are there. */
  void keep(Collection<LbServer> servers) {
    var sources = new HashSet<Source>();
    servers.forEach(server -> sources.add(Source.of(server)));
    accused.keySet().retainAll(sources);
  }
}
