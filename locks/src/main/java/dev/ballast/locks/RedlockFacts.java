package dev.ballast.locks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the nodes of Redlock are, and what they lack. */
final class RedlockFacts {
  private RedlockFacts() {}

  private record Node(String version, List<String> warnings) {}

  /** @throws EngineUnavailable if fewer than a quorum can be asked */
  static EngineFacts of(RedlockNodes nodes, EngineUrl url) {
    var votes = nodes.poll(RedlockFacts::ask, answered -> answered.size() == nodes.size());
    if (votes.answers().size() < nodes.quorum()) {
      throw nodes.unavailable(votes);
    }
    var versions = new ArrayList<String>();
    var warnings = new ArrayList<String>();
    for (var vote : votes.answers()) {
      if (vote.answer() instanceof Node(String version, var ofNode)) {
        versions.add(version);
        warnings.addAll(ofNode);
      }
    }
    votes.troubles().forEach(trouble -> warnings.add("a node is missing: " + trouble.getMessage()));
    return new EngineFacts(
        "Redlock over %d Redis %s at %s"
            .formatted(nodes.size(), versions.stream().distinct().sorted().toList(), url),
        "Keeps leases through the loss of a minority of nodes, as long as no node's wall clock jumps; keeps tokens growing as long"
            + " as a quorum keeps its data or its clocks neither go back nor differ.",
        warnings);
  }

  /** Leases need it not, as a node that was restarted stays out. */
  private static void addDurability(RedisNode node, List<String> warnings) {
    try {
      if (!RedisFacts.setting(node, "appendonly").equals("yes")) {
        warnings.add(
            "appendonly is off: a restart forgets the newest tokens, and they repeat if a quorum forgets and clocks went back or"
                + " differ between nodes; set 'appendonly yes'");
      }
    } catch (EngineUnavailable e) {
      warnings.add(
          "its settings can't be read (%s): make sure of 'appendonly yes', or allow CONFIG GET"
              .formatted(e.getMessage()));
    }
  }

  private static Node ask(RedlockNode node) {
    Map<String, String> info = RedisFacts.info(node.redis());
    String version = info.getOrDefault("redis_version", "of unknown version");
    RedisFacts.checkKind(node.redis(), info, version);
    var warnings = new ArrayList<String>();
    addDurability(node.redis(), warnings);
    RedisFacts.addEviction(node.redis(), warnings);
    RedisFacts.addReplicas(info, warnings);
    return new Node(
        version,
        warnings.stream()
            .map(warning -> "Redis at %s: %s".formatted(node.redis().address(), warning))
            .toList());
  }
}
