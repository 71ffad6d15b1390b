package dev.ballast.orchestrator;

import dev.ballast.configdb.Observation;
import dev.ballast.detection.Target;
import dev.ballast.detection.Watched;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.LbServerStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Notes what the desk wants. */
final class NotedHands implements Desk.Hands {
  final Map<String, Watched.Known> watched = new LinkedHashMap<>();
  final Map<String, Target> targets = new LinkedHashMap<>();
  final List<Observation> written = new ArrayList<>();
  final List<String> accused = new ArrayList<>();
  final List<String> vouched = new ArrayList<>();
  final List<Long> vouchedAt = new ArrayList<>();

  /** The ids of those that can't be watched. */
  final Set<String> refused = new HashSet<>();

  @Override
  public void watch(Target target, Watched.Known known) {
    if (refused.contains(target.id())) {
      throw new IllegalStateException("as the test wants, of " + target.id());
    }
    watched.put(target.id(), known);
    targets.put(target.id(), target);
  }

  @Override
  public void forget(String id) {
    watched.remove(id);
  }

  @Override
  public void vouch(String id, long at) {
    vouched.add(id);
    vouchedAt.add(at);
  }

  @Override
  public void accuse(String id) {
    accused.add(id);
  }

  @Override
  public void write(Observation observation) {
    written.add(observation);
  }

  BackendStatus backend(int index) {
    return (BackendStatus) written.get(index).status();
  }

  LbServerStatus last() {
    return (LbServerStatus) written.getLast().status();
  }
}
