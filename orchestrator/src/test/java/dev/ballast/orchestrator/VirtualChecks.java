package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.configdb.Observation;
import dev.ballast.detection.Target;
import dev.ballast.detection.Transition;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must hold at every step of every schedule. What it knows of the truth it has from the simulated servers and faults, never from a
 * desk.
 */
final class VirtualChecks {
  /** From the end of a fault that could convict to the last conviction by it, beside an interval. */
  private static final long LATEST = 1_500 * MILLI;

  /** The acceptable pause, and what φ takes at the least, less what a pause has of its own that can't be told from sleep. */
  private static final long LEAST_SILENCE = 1_150 * MILLI;

  /** After what is configured otherwise a verdict may begin anew. */
  private static final long ANEW = 25 * SECOND;

  /** Until a member that has lost a share stops to probe, once it is awake. */
  private static final long STOP = 100 * MILLI;

  private final VirtualWorld world;
  private final VirtualTime time;
  private final Map<String, VirtualFate> fates = new TreeMap<>();

  VirtualChecks(VirtualWorld world) {
    this.world = world;
    this.time = world.time;
  }

  Collection<VirtualFate> fates() {
    return fates.values();
  }

  private VirtualFate fate(String id) {
    return java.util.Objects.requireNonNull(fates.get(id), id);
  }

  /** The database says this now. */
  void changed(Snapshot now) {
    var gone = new HashSet<>(fates.keySet());
    now.pools().flatMap(pool -> BackendSubjects.of(pool, now)).forEach(one -> take(one, gone));
    now.lbServers().map(Subject.OfLbServer::new).forEach(one -> take(one, gone));
    gone.forEach(id -> fate(id).removed(time.now()));
  }

  private void take(Subject subject, Collection<String> gone) {
    gone.remove(subject.id());
    VirtualFate known = fates.get(subject.id());
    if (known == null) {
      fates.put(subject.id(), new VirtualFate(subject, time.now()));
    } else {
      known.configured(subject, time.now());
    }
  }

  /** A member sends a probe: it has to be its own share's. */
  void asked(VirtualMember member, Target target) {
    VirtualFate fate = fate(target.id());
    fate.askedAt = time.now();
    world.tally.probes++;
    time.note("%s asks %s", member.name(), fate.id);
    VirtualGroup.Share share = world.database.group.share(fate.partition);
    boolean isOthers =
        !share.tenures.isEmpty()
            && share.tenures.getLast().member() != member
            && time.now() - share.tenures.getLast().from() > STOP;
    if (isOthers && member.process().paused(time.now() - STOP, time.now()) == 0) {
      time.complain(member.name() + " probes " + fate.id + ", which is another's");
    }
  }

  /** A member begins a watch: not without a cause. */
  void watched(String id) {
    VirtualFate fate = fate(id);
    fate.watches++;
    int tenures = world.database.group.share(fate.partition).tenures.size();
    if (fate.watches > 2 + 2 * tenures + 2 * fate.configurations + fate.changes) {
      time.complain("the watch over " + id + " begins again and again");
    }
  }

  /** An observer has come to a verdict: a conviction needs a fault of the target, or of the cable to it. */
  void became(VirtualMember member, VirtualProbing.Probed who, Transition transition) {
    VirtualFate fate = fate(who.target.id());
    if (transition.to() == Verdict.HEALTHY) {
      fate.rises.put(member, new VirtualFate.Rise(who.goodInRow, who.falls));
    }
    if (transition.to() != Verdict.UNHEALTHY) {
      return;
    }
    fate.falls++;
    world.tally.convictions++;
    long awake = time.now() - who.goodAt - member.process().paused(who.goodAt, time.now());
    if (transition.isSilence() && awake < LEAST_SILENCE) {
      time.complain(
          "%s convicts %s by silence after %.3f s of being awake"
              .formatted(member.name(), fate.id, awake / 1e9));
    }
    String address = VirtualProbing.address(who.target);
    long last =
        Math.max(world.servers.lastBad(address), world.servers.lastCut(member.name(), address));
    long since = time.now() - last - member.process().paused(time.now() - 20 * SECOND, time.now());
    if (since > LATEST + fate.interval()) {
      time.complain(
          "%s convicts %s, which has been well for %.3f s: %s"
              .formatted(member.name(), fate.id, since / 1e9, transition.reason()));
    }
  }

  /** Statuses take effect. */
  void observed(
      VirtualMember member,
      List<Observation> written,
      List<Observation> unchanged,
      Snapshot before) {
    world.tally.transactions++;
    world.tally.written += written.size();
    for (Observation one : written) {
      time.note("%s writes %s", member.name(), one.status());
      checkFence(member, one);
      VirtualFate fate = fate(Verdicts.id(one.status()));
      Verdict was =
          fate.verdict(before.find(one.status().key()).map(item -> item.resource()).orElse(null));
      Verdict is = fate.verdict(one.status());
      if (was != is) {
        fate.changes++;
        checkChange(member, fate, was, is);
      }
    }
    for (Observation one : unchanged) {
      if (!member.isTried(one.status())) {
        time.complain(member.name() + " writes what stands there: " + one.status());
      }
    }
  }

  private void checkFence(VirtualMember member, Observation one) {
    VirtualGroup.Share share = world.database.group.share(VirtualGroup.partition(one.fence()));
    if (share.token != one.fence().token() || share.tenures.getLast().member() != member) {
      time.complain(
          "%s writes %s with token %d, but %s owns it with token %d"
              .formatted(
                  member.name(),
                  one.status().key(),
                  one.fence().token(),
                  share.tenures.getLast().member().name(),
                  share.token));
    }
  }

  private void checkChange(VirtualMember member, VirtualFate fate, Verdict was, Verdict is) {
    int faults = faults(fate);
    if (is == Verdict.UNHEALTHY && faults == 0) {
      time.complain(fate.id + " has always been well, and is called unhealthy");
    }
    if (fate.changes > 1 + 2 * faults + 2 * fate.configurations) {
      time.complain(
          "%s has changed its verdict %d times, after %d faults and %d changes of the configuration"
              .formatted(fate.id, fate.changes, faults, fate.configurations));
    }
    boolean isAnew = fate.configurations > 1 && time.now() - fate.configuredAt < ANEW;
    if (was == Verdict.UNHEALTHY && is == Verdict.HEALTHY && !isAnew) {
      var rise = fate.rises.get(member);
      if (rise == null || rise.good() < fate.wanted(rise.falls())) {
        time.complain("%s is trusted too soon: %s".formatted(fate.id, rise));
      }
    }
  }

  private int faults(VirtualFate fate) {
    int faults = 0;
    for (String address : fate.addresses) {
      faults += world.servers.episodes(address) + world.servers.cuts(address);
    }
    return faults;
  }
}
