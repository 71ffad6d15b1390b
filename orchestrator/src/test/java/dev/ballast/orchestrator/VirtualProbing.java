package dev.ballast.orchestrator;

import dev.ballast.detection.MassBrake;
import dev.ballast.detection.Observer;
import dev.ballast.detection.Outcome;
import dev.ballast.detection.Probe;
import dev.ballast.detection.Target;
import dev.ballast.detection.Transition;
import dev.ballast.detection.Watched;
import dev.ballast.model.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prober of a simulated member: does with the {@link Observer} what {@link dev.ballast.detection.Probing} does with it, on a line of
 * its own that the desk hands its orders to.
 */
final class VirtualProbing implements Observer.Orders<VirtualProbing.Probed> {
  /** Masses that come and go: the hold, a sixth more of it for the time between, and as long again that each of them lingers. */
  private static final long LONGEST_DOUBT =
      MassBrake.Settings.DEFAULT.hold().multipliedBy(12).dividedBy(5).toNanos();

  private final VirtualTime time;
  private final VirtualProcess process;
  private final VirtualServers servers;
  private final Hearing hearing;
  private final VirtualProcess.Line line;
  private final Observer<Probed> observer;
  private final Map<String, Probed> probed = new HashMap<>();
  private long wakesAt = Long.MAX_VALUE;
  private long lastDoubt = Long.MIN_VALUE / 2;
  private long doubtSince = Long.MAX_VALUE;

  /** Hears what comes of it, on its line. */
  interface Hearing {
    void asked(Target target);

    void became(Probed who, Transition transition);
  }

  /** One target. */
  static final class Probed {
    final Target target;
    @Nullable Watched<Probed> watched;
    int goodInRow;

    /** When the last probe was sent that it answered well; in the beginning, when the watch began. */
    long goodAt;

    /** Convictions on record when this watch began, and since. */
    int falls;

    Probed(Target target, int falls, long now) {
      this.target = target;
      this.goodAt = now;
      this.falls = falls;
    }
  }

  VirtualProbing(
      VirtualTime time, VirtualProcess process, VirtualServers servers, Hearing hearing) {
    this.time = time;
    this.process = process;
    this.servers = servers;
    this.hearing = hearing;
    this.line = process.new Line(() -> {});
    this.observer = new Observer<>(MassBrake.Settings.DEFAULT, time.random, this, time.now());
    wake(time.now());
  }

  static String address(Target target) {
    return target.host() + ":" + target.port();
  }

  /** @param falls convictions that are on record */
  void watch(Target target, Watched.Known known, int falls) {
    line.execute(() -> begin(target, known, falls));
  }

  void forget(String id) {
    line.execute(() -> end(probed.remove(id)));
  }

  void vouched(String id, long at) {
    line.execute(
        () -> {
          Probed one = probed.get(id);
          if (one != null && one.watched != null) {
            observer.vouched(one.watched, at, time.now());
          }
        });
  }

  void accused(String id) {
    line.execute(
        () -> {
          Probed one = probed.get(id);
          if (one != null && one.watched != null) {
            observer.accused(one.watched, time.now());
            wake(observer.next());
          }
        });
  }

  List<String> suspects() {
    return probed.values().stream()
        .filter(one -> one.watched != null && one.watched.isSuspect(time.now()))
        .map(one -> one.target.id())
        .toList();
  }

  private void begin(Target target, Watched.Known known, int falls) {
    Probed old = probed.get(target.id());
    if (old != null && old.target.equals(target)) {
      return;
    }
    long now = time.now();
    Watched.Known kept = known;
    var one = new Probed(target, falls, now);
    if (old != null && old.watched != null) {
      boolean isSame = old.target.server().equals(target.server());
      kept = isSame ? old.watched.known(now) : Watched.Known.NOTHING;
      one.falls = isSame ? old.falls : 0;
    }
    end(old);
    one.watched = observer.add(one, target.settings(), kept, now);
    probed.put(target.id(), one);
    wake(observer.next());
  }

  private void end(@Nullable Probed one) {
    if (one != null && one.watched != null) {
      observer.remove(one.watched);
    }
  }

  private void wake(long at) {
    if (at < wakesAt) {
      wakesAt = at;
      long late = time.random.nextLong(2 * VirtualTime.MILLI);
      time.at(at + late, () -> process.whenAwake(() -> turn(at)));
    }
  }

  private void turn(long planned) {
    if (wakesAt == planned) {
      wakesAt = Long.MAX_VALUE;
      wake(observer.turn(time.now()));
      doubt();
    }
  }

  private void doubt() {
    if (observer.isInDoubt(time.now())) {
      lastDoubt = time.now();
      if (doubtSince == Long.MAX_VALUE) {
        time.note(
            "%s doubts itself, %d silent of %d",
            process.name, observer.silent(), observer.targets());
        doubtSince = time.now();
      }
      if (lastDoubt - doubtSince - process.paused(doubtSince, lastDoubt) > LONGEST_DOUBT) {
        time.complain(process.name + " doubts itself for too long");
      }
    } else if (doubtSince != Long.MAX_VALUE) {
      time.note("%s believes itself", process.name);
      doubtSince = Long.MAX_VALUE;
    }
  }

  /** When it last doubted itself. */
  long lastDoubt() {
    return lastDoubt;
  }

  @Override
  public void ask(Watched<Probed> who, Probe probe) {
    Target target = who.target().target;
    long timeout = target.settings().pace().timeout().toNanos();
    hearing.asked(target);
    long askedAt = time.now();
    VirtualServers.Answer answer = servers.ask(process.name, address(target), timeout);
    time.after(
        answer.delay(),
        () -> {
          boolean isAwake = !process.isPaused();
          process.whenAwake(
              () -> {
                boolean isGivenUp = !isAwake && time.now() - askedAt >= timeout && time.chance(0.5);
                Outcome outcome =
                    isGivenUp
                        ? new Outcome.Failed(Outcome.Kind.SILENT, "timed out")
                        : answer.outcome();
                ended(who, probe, outcome, askedAt);
              });
        });
  }

  private void ended(Watched<Probed> who, Probe probe, Outcome outcome, long askedAt) {
    if (outcome instanceof Outcome.Good) {
      who.target().goodInRow++;
      who.target().goodAt = Math.max(who.target().goodAt, askedAt);
    } else {
      who.target().goodInRow = 0;
    }
    observer.ended(who, probe.number(), outcome, time.now());
    wake(observer.next());
  }

  @Override
  public void became(Watched<Probed> who, Transition transition) {
    if (transition.to() == Verdict.UNHEALTHY) {
      who.target().falls++;
    }
    hearing.became(who.target(), transition);
  }
}
