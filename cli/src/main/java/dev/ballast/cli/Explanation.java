package dev.ballast.cli;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Certificate;
import dev.ballast.model.Codec;
import dev.ballast.model.Fleet;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.PastVerdict;
import dev.ballast.model.Pool;
import dev.ballast.model.Resource;
import dev.ballast.model.Snapshot;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** What was observed of a resource, and why that was concluded, in one sentence. */
record Explanation(Snapshot snapshot) {

  /** Of a backend or an LB server; of nothing else anything is observed. */
  Optional<String> of(Resource resource) {
    return switch (resource) {
      case Backend backend -> Optional.of(of(backend));
      case LbServer server ->
          Optional.of(
              snapshot
                  .statusOf(server)
                  .map(Explanation::of)
                  .orElse("Nothing has been observed of this instance yet."));
      case LoadBalancer _,
          Pool _,
          Fleet _,
          FleetKeys _,
          Certificate _,
          BackendStatus _,
          LbServerStatus _,
          AdminOverride _ ->
          Optional.empty();
    };
  }

  private String of(Backend backend) {
    return snapshot.statusOf(backend).map(Explanation::of).orElseGet(() -> ofUnknown(backend));
  }

  private String ofUnknown(Backend backend) {
    if (!isChecked(backend)) {
      return "Its verdict is unknown, which is as good as healthy here: its pool has no health check.";
    }
    return snapshot
        .statusOf(backend.pool(), backend.id())
        .flatMap(BackendStatus::address)
        .map("Its verdict is unknown: the last one was on %s, its address before."::formatted)
        .orElse("Its verdict is unknown: no orchestrator has written one yet.");
  }

  private boolean isChecked(Backend backend) {
    return snapshot
        .find(new ItemKey(Kind.POOL, backend.pool()))
        .filter(item -> item.resource() instanceof Pool pool && pool.healthCheck().isPresent())
        .isPresent();
  }

  private static String of(BackendStatus status) {
    String before = status.history().stream().findFirst().map(Explanation::before).orElse("");
    return sentence(
        Codec.text(status.verdict()), status.since(), status.reason(), status.phi(), before);
  }

  private static String before(PastVerdict past) {
    return "; before that it was %s, since %s"
        .formatted(Codec.text(past.verdict()), Times.toSecond(past.since()));
  }

  private static String of(LbServerStatus status) {
    return sentence(Codec.text(status.state()), status.since(), status.reason(), status.phi(), "");
  }

  private static String sentence(
      String what, Instant since, String reason, double phi, String before) {
    return "It has been "
        + what
        + " since "
        + Times.toSecond(since)
        + (reason.isEmpty() ? "" : ": " + reason)
        + (phi > 0 ? String.format(Locale.ROOT, " (φ was %.1f)", phi) : "")
        + before
        + ".";
  }
}
