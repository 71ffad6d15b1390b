package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.detection.Target;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Resource;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has happened to one subject in a schedule. */
final class VirtualFate {
  final String id;
  final int partition;
  final Set<String> addresses = new HashSet<>();

  /** What its last owner had heard when it called it healthy, by member. */
  final Map<VirtualMember, Rise> rises = new HashMap<>();

  private Subject subject;
  private final ItemKey status;
  private @Nullable Target target;
  private String address = "";
  boolean isThere;
  long configuredAt;
  int configurations;
  long askedAt;
  int watches;
  int changes;
  int falls;

  /**
   * The answers by which an observer came to trust it.
   *
   * @param good in a row
   * @param falls that it knew of
   */
  record Rise(int good, int falls) {}

  VirtualFate(Subject subject, long now) {
    this.id = subject.id();
    this.partition = subject.partition();
    this.subject = subject;
    this.status = subject.status();
    configured(subject, now);
  }

  /** It is there, as this. */
  void configured(Subject now, long at) {
    if (configurations == 0 || !isThere || !now.equals(subject)) {
      configurations++;
      configuredAt = at;
      isThere = true;
      subject = now;
      target = now.target().orElse(null);
      address = addressOf(now);
      addresses.add(address);
    }
  }

  void removed(long at) {
    if (isThere) {
      configurations++;
      configuredAt = at;
    }
    isThere = false;
  }

  String address() {
    return address;
  }

  private static String addressOf(Subject subject) {
    return switch (subject) {
      case Subject.OfBackend(var backend, _, _) -> VirtualWorld.address(backend);
      case Subject.OfLbServer(var server) -> server.admin().substring("http://".length());
    };
  }

  boolean isLbServer() {
    return subject instanceof Subject.OfLbServer;
  }

  boolean isProbed() {
    return isThere && target != null;
  }

  long interval() {
    return target == null ? SECOND : target.settings().pace().interval().toNanos();
  }

  /** Good answers in a row that it takes to be trusted again after so many falls. */
  int wanted(int falls) {
    int rise = target == null ? 1 : target.settings().rising().rise();
    return rise << Math.clamp(falls - 1, 0, 5);
  }

  /** What stands in the database; as LB servers do, it takes no verdict on another address for one on this. */
  Verdict stands(Snapshot snapshot) {
    Resource stands = snapshot.find(status).map(Item::resource).orElse(null);
    boolean isElsewhere =
        stands instanceof BackendStatus on
            && subject instanceof Subject.OfBackend of
            && !on.isOn(of.backend());
    return isElsewhere ? Verdict.UNKNOWN : verdict(stands);
  }

  /** What a status says of it. */
  Verdict verdict(@Nullable Resource status) {
    return switch (status) {
      case BackendStatus backend -> backend.verdict();
      case LbServerStatus server
          when subject instanceof Subject.OfLbServer(var own)
              && own.instance().equals(server.instance()) ->
          switch (server.state()) {
            case DEAD -> Verdict.UNHEALTHY;
            case READY -> Verdict.HEALTHY;
            case NOT_READY, STALE -> Verdict.UNKNOWN;
          };
      case null, default -> Verdict.UNKNOWN;
    };
  }
}
