package dev.ballast.locks;

import java.util.ArrayList;
import tools.jackson.databind.JsonNode;

/** What an etcd is, and what it lacks. */
final class EtcdFacts {
  private EtcdFacts() {}

  /** @throws EngineUnavailable if it can't be asked */
  static EngineFacts of(EtcdClient etcd, EngineUrl url) {
    var none = EtcdClient.JSON.createObjectNode();
    // A read that needs a quorum, and the login: says at the start what would fail later.
    etcd.call("/v3/kv/txn", new EtcdTxn().get(new byte[] {'L'}).body());
    var version = etcd.call("/v3/maintenance/status", none).path("version").asString("?");
    var warnings = new ArrayList<String>();
    int members = etcd.call("/v3/cluster/member/list", none).path("members").size();
    if (members < 3) {
      warnings.add(
          "the cluster has %d of 3 members that it takes to outlive the loss of one: add members"
              .formatted(members));
    }
    var alarms = etcd.call("/v3/maintenance/alarm", none.deepCopy().put("action", "GET"));
    for (JsonNode alarm : alarms.path("alarms")) {
      warnings.add(alarm(alarm.path("alarm").asString("of unknown kind")));
    }
    return new EngineFacts(
        "etcd %s at %s, %d members".formatted(version, url, members),
        "Keeps leases and tokens as long as a majority of its members keeps its disks.",
        warnings);
  }

  private static String alarm(String kind) {
    return switch (kind) {
      case "NOSPACE" ->
          "alarm NOSPACE: etcd takes no writes, so no locks; compact and defragment it, then 'etcdctl alarm disarm'";
      case "CORRUPT" ->
          "alarm CORRUPT: members differ in what they keep, so locks can't be relied on; replace the corrupt member";
      default -> "alarm " + kind + ": see 'etcdctl alarm list'";
    };
  }
}
