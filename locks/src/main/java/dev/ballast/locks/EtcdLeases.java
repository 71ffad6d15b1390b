package dev.ballast.locks;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Leases of etcd: whole seconds, at least as long as etcd's shortest, which hangs on its election time-out. */
final class EtcdLeases {
  private static final int BATCH = 100;

  private final EtcdClient etcd;
  private final EtcdKeys keys;

  EtcdLeases(EtcdClient etcd, EtcdKeys keys) {
    this.etcd = etcd;
    this.keys = keys;
  }

  /**
   * A lease as etcd has it.
   *
   * @param remaining more than zero
   */
  record Life(String owner, Duration ttl, Duration remaining) {}

  /**
   * Begins the lease, or renews it.
   *
   * @return the time to live in force
   * @throws IllegalArgumentException if it is there with a shorter time to live, which etcd can't lengthen
   */
  Duration grant(LeaseId lease, Duration ttl) {
    long seconds = ttl.plusNanos(999_999_999).toSeconds();
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        var answer = etcd.tryCall("/v3/lease/grant", body(lease).put("TTL", seconds));
        return Duration.ofSeconds(EtcdClaim.number(answer.path("TTL")));
      } catch (EtcdClient.Refused e) {
        if (e.code() != EtcdClient.FAILED_PRECONDITION || !e.getMessage().contains("exists")) {
          throw new EngineUnavailable("etcd grants no lease: " + e.getMessage(), e);
        }
      }
      var inForce = renew(lease);
      if (inForce.isPresent()) {
        return checkLongEnough(lease, inForce.get(), ttl);
      }
    }
    throw new EngineUnavailable("etcd has lease %s, and has it not".formatted(lease));
  }

  private static Duration checkLongEnough(LeaseId lease, Duration inForce, Duration asked) {
    if (inForce.compareTo(asked) < 0) {
      throw new IllegalArgumentException(
          "lease %s lives for %d s, which etcd can't lengthen to %d ms: open another"
              .formatted(lease, inForce.toSeconds(), asked.toMillis()));
    }
    return inForce;
  }

  /** The time to live in force, if the lease is there. */
  Optional<Duration> renew(LeaseId lease) {
    var ttl = etcd.call("/v3/lease/keepalive", body(lease)).path("result").path("TTL");
    return EtcdClaim.number(ttl) > 0
        ? Optional.of(Duration.ofSeconds(EtcdClaim.number(ttl)))
        : Optional.empty();
  }

  /** Ends a lease, if it is there, with all its keys. */
  void revoke(LeaseId lease) {
    try {
      etcd.tryCall("/v3/lease/revoke", body(lease));
    } catch (EtcdClient.Refused e) {
      if (e.code() != EtcdClient.NOT_FOUND) {
        throw new EngineUnavailable("etcd does not end a lease: " + e.getMessage(), e);
      }
    }
  }

  /** How long the lease has left; zero if it is over. etcd tells whole seconds: up to one more may be left. */
  Duration remaining(LeaseId lease) {
    return Duration.ofSeconds(Math.max(0, EtcdClaim.number(timeToLive(lease).path("TTL"))));
  }

  /** Those of these leases that are there. */
  Map<LeaseId, Life> lives(Collection<LeaseId> leases) {
    var all = leases.stream().distinct().toList();
    var lives = new HashMap<LeaseId, Life>();
    for (int from = 0; from < all.size(); from += BATCH) {
      addLives(all.subList(from, Math.min(from + BATCH, all.size())), lives);
    }
    return lives;
  }

  private void addLives(List<LeaseId> batch, Map<LeaseId, Life> lives) {
    var owners = new EtcdTxn();
    batch.forEach(lease -> owners.get(keys.lease(lease)));
    var answers = etcd.call("/v3/kv/txn", owners.body()).path("responses");
    for (int i = 0; i < batch.size(); i++) {
      var pair = answers.path(i).path("response_range").path("kvs").path(0);
      var life = timeToLive(batch.get(i));
      long remaining = EtcdClaim.number(life.path("TTL"));
      if (remaining >= 0) {
        lives.put(
            batch.get(i),
            new Life(
                EtcdClaim.text(pair.path("value")),
                Duration.ofSeconds(EtcdClaim.number(life.path("grantedTTL"))),
                remaining == 0 ? Duration.ofMillis(1) : Duration.ofSeconds(remaining)));
      }
    }
  }

  private JsonNode timeToLive(LeaseId lease) {
    return etcd.call("/v3/lease/timetolive", body(lease));
  }

  private static ObjectNode body(LeaseId lease) {
    return EtcdClient.JSON.createObjectNode().put("ID", EtcdKeys.number(lease));
  }
}
