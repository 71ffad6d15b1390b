package dev.ballast.locks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Protocol;

/** What a Redis is, and what it lacks to keep what it acknowledged. */
final class RedisFacts {
  private static final String PROMISE =
      "Keeps leases and tokens through restarts and crashes if each write is synced before it is acknowledged; forgets what was"
          + " not replicated when it fails over.";

  private RedisFacts() {}

  /** @throws EngineUnavailable if it can't be asked, or is no Redis that locks can be kept in */
  static EngineFacts of(RedisNode node, EngineUrl url) {
    var info = info(node);
    String version = info.getOrDefault("redis_version", "of unknown version");
    checkKind(node, info, version);
    return new EngineFacts(
        "Redis %s at %s%s"
            .formatted(
                version, node.address(), url.path().isEmpty() ? "" : ", database " + url.path()),
        PROMISE,
        warnings(node, info));
  }

  static void checkKind(RedisNode node, Map<String, String> info, String version) {
    if ("1".equals(info.get("cluster_enabled"))) {
      throw new EngineUnavailable(
          "Redis at %s runs as a cluster, which can't keep locks: take one that does not"
              .formatted(node.address()));
    }
    if ("slave".equals(info.get("role"))) {
      throw new EngineUnavailable(
          "Redis at %s is a replica: locks want its primary".formatted(node.address()));
    }
    if (version.matches("[0-5]\\..*|6\\.[01]\\..*")) {
      throw new EngineUnavailable(
          "Redis at %s is of version %s: locks want 6.2 or later"
              .formatted(node.address(), version));
    }
  }

  /** What {@code INFO} says, by name. */
  static Map<String, String> info(RedisNode node) {
    return parse(RedisNode.text(node.command(Protocol.Command.INFO)));
  }

  static Map<String, String> parse(String info) {
    var all = new HashMap<String, String>();
    info.lines()
        .filter(line -> line.contains(":"))
        .forEach(
            line ->
                all.put(
                    line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1)));
    return all;
  }

  private static List<String> warnings(RedisNode node, Map<String, String> info) {
    var warnings = new ArrayList<String>();
    addDurability(node, warnings);
    addEviction(node, warnings);
    addReplicas(info, warnings);
    return warnings;
  }

  private static void addDurability(RedisNode node, List<String> warnings) {
    try {
      String fsync = setting(node, "appendfsync");
      if (!setting(node, "appendonly").equals("yes")) {
        warnings.add(
            "appendonly is off: Redis forgets acknowledged leases when it is restarted, and lets second holders in; set"
                + " 'appendonly yes' and 'appendfsync always'");
      } else if (!fsync.equals("always")) {
        warnings.add(
            "appendfsync is '%s': Redis may forget acknowledged leases when its machine crashes, and let second holders in; set"
                    .formatted(fsync)
                + " 'appendfsync always'");
      }
    } catch (EngineUnavailable e) {
      warnings.add(
          "its settings can't be read (%s): make sure of 'appendonly yes' and 'appendfsync always', or allow CONFIG GET"
              .formatted(e.getMessage()));
    }
  }

  static void addEviction(RedisNode node, List<String> warnings) {
    try {
      String policy = setting(node, "maxmemory-policy");
      if (!policy.equals("noeviction")) {
        warnings.add(
            "maxmemory-policy is '%s': Redis may evict leases when memory is short; set 'maxmemory-policy noeviction'"
                .formatted(policy));
      }
    } catch (EngineUnavailable e) {
      warnings.add(
          "its settings can't be read (%s): make sure of 'maxmemory-policy noeviction', or allow CONFIG GET"
              .formatted(e.getMessage()));
    }
  }

  static void addReplicas(Map<String, String> info, List<String> warnings) {
    if (!info.getOrDefault("connected_slaves", "0").equals("0")) {
      warnings.add(
          "it has replicas: a fail-over to one forgets what was not replicated yet, and lets second holders in; check the token"
              + " at what the lock protects");
    }
  }

  static String setting(RedisNode node, String name) {
    var rows = RedisNode.rows(node.command(Protocol.Command.CONFIG, "GET", name));
    if (rows.size() < 2) {
      throw new EngineUnavailable("there is no setting " + name);
    }
    return RedisNode.text(rows.get(1));
  }
}
