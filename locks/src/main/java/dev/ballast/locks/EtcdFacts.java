package dev.ballast.locks;

import java.util.ArrayList;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** What an etcd is, and what it lacks. */
final class EtcdFacts {
  private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");

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
    if (mayRevokeEarly(version)) {
      warnings.add(
          "etcd %s may end living leases when an overloaded leader is replaced, and let second holders in (etcd-io/etcd#15247):"
                  .formatted(version)
              + " take 3.4.31, 3.5.13 or later");
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

  /**
   * Whether a leader that does not know yet that it was replaced ends leases that the new one keeps: mended by
   * etcd-io/etcd pull request 16822, which came with 3.4.31 and 3.5.13.
   */
  static boolean mayRevokeEarly(String version) {
    var parts = VERSION.matcher(version);
    if (!parts.lookingAt() || !parts.group(1).equals("3")) {
      return false;
    }
    int patch = Integer.parseInt(parts.group(3));
    return switch (Integer.parseInt(parts.group(2))) {
      case 0, 1, 2, 3 -> true;
      case 4 -> patch < 31;
      case 5 -> patch < 13;
      default -> false;
    };
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
