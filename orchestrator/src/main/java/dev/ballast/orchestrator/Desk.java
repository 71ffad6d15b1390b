package dev.ballast.orchestrator;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.configdb.Observation;
import dev.ballast.detection.Target;
import dev.ballast.detection.Transition;
import dev.ballast.detection.Watched;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where everything that one orchestrator decides comes together: which subjects of the configuration lie in its share, what is to be
 * probed, and which statuses have to be written.
 *
 * <ul>
 *   <li>Who takes a subject over goes by what stands in the database until its own watch sees something else.
 *   <li>What it has seen itself has to stand there: as long as a later snapshot says otherwise, it is written again.
 *   <li>Everything that it writes carries the fencing token of its share, so that nothing of it counts once the share is another's.
 * </ul>
 *
 * <p>What goes wrong with one subject is logged, and left until the configuration or the share changes; all others go on.
 *
 * <p>It holds no thread, socket or clock: whoever drives it hands in what happens and then calls {@link #turn}. Owned by one thread.
 */
final class Desk {
  private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
  private static final String NO_CHECK = "its pool has no health check";
  private static final String MOVED = "its address has changed";

  private final Hands hands;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Map<Integer, Fence> shares = new HashMap<>();
  private final Map<String, Care> cares = new HashMap<>();
  private final Ejections ejections = new Ejections();
  private @Nullable Snapshot snapshot;

  /** What the last turn went by. */
  private @Nullable Snapshot reviewed;

  private boolean isFresh;
  private boolean isReviewDue;

  /** What the desk wants done. Called by its thread; must not call it back. */
  interface Hands {
    /** Probe a target, which is not probed yet or was forgotten. The same object comes back with its transitions. */
    void watch(Target target, Watched.Known known);

    /** Probe it no longer. */
    void forget(String id);

    /**
     * An LB server had a good answer from it.
     *
     * @param at then, or earlier, by the monotonic clock
     */
    void vouch(String id, long at);

    /** An LB server has ejected it. */
    void accuse(String id);

    /** Write a status; in place of an earlier one of the same subject that is not written yet. */
    void write(Observation observation);
  }

  /**
   * Begins without a share.
   *
   * @param clock for people: since when a verdict holds
   * @param nanos monotonic
   */
  Desk(Hands hands, InstantSource clock, LongSupplier nanos) {
    this.hands = hands;
    this.clock = clock;
    this.nanos = nanos;
  }

  /** The configuration is this now. */
  void use(Snapshot next) {
    snapshot = next;
    isFresh = true;
  }

  /** A share is ours, under this token. */
  void assigned(int partition, Fence fence) {
    shares.put(partition, fence);
    isReviewDue = true;
  }

  /** A share is ours no longer: nothing of it is probed any more when this returns. */
  void dropped(int partition) {
    shares.remove(partition);
    cares
        .values()
        .removeIf(
            care -> {
              boolean isGone = care.partition == partition;
              if (isGone) {
                hands.forget(care.id);
              }
              return isGone;
            });
  }

  /** Does what follows from all that has happened since the last turn. */
  void turn() {
    Snapshot current = snapshot;
    if (current == null) {
      return;
    }
    if (isReviewDue || reviewed == null) {
      review(current);
    } else if (isFresh) {
      var walk = SnapshotWalk.between(reviewed, current);
      if (walk.isMore()) {
        review(current);
      } else {
        walk.statuses().forEach(this::reconcile);
      }
    }
    isReviewDue = false;
    isFresh = false;
    reviewed = current;
  }

  private void reconcile(ItemKey status) {
    Care care = cares.get(Verdicts.id(status.kind(), status.name()));
    if (care != null) {
      guarded(care.id, () -> reconcile(care));
    }
  }

  /** Time has passed: to be called about every second. */
  void tick() {
    long now = nanos.getAsLong();
    for (Care care : cares.values()) {
      guarded(care.id, () -> tick(care, now));
    }
  }

  private void tick(Care care, long now) {
    if (care.subject instanceof Subject.OfLbServer(LbServer server)) {
      judge(care, server, now);
    }
    reconcile(care);
  }

  private static void guarded(String id, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException mistake) {
      LOG.error("{} stays as it is for now", id, mistake);
    }
  }

  private void review(Snapshot current) {
    var left = new HashSet<>(cares.keySet());
    subjects(current)
        .forEach(
            subject -> {
              Fence fence = shares.get(subject.partition());
              if (fence != null) {
                left.remove(subject.id());
                guarded(subject.id(), () -> attend(subject, fence));
              }
            });
    left.forEach(
        id -> {
          cares.remove(id);
          guarded(id, () -> hands.forget(id));
        });
    cares.values().forEach(care -> guarded(care.id, () -> reconcile(care)));
    ejections.keep(current.lbServers().toList());
  }

  private static Stream<Subject> subjects(Snapshot current) {
    Stream<Subject> backends =
        current.pools().flatMap(pool -> BackendSubjects.of(pool, current)).map(Subject.class::cast);
    return Stream.concat(backends, current.lbServers().map(Subject.OfLbServer::new));
  }

  private void attend(Subject subject, Fence fence) {
    Care care = cares.get(subject.id());
    if (care == null) {
      begin(subject, fence);
      return;
    }
    care.fence = fence;
    if (care.isUnwatched || !care.subject.equals(subject)) {
      change(care, subject);
    }
  }

  private void begin(Subject subject, Fence fence) {
    Resource stands = standing(subject.status());
    var care = new Care(subject, fence, Verdicts.of(subject, stands));
    cares.put(care.id, care);
    if (care.target != null) {
      handOver(care, care.target, Verdicts.known(subject, stands, clock.instant()));
    } else {
      unwatched(care, NO_CHECK);
    }
  }

  private void change(Care care, Subject subject) {
    Target before = care.target;
    boolean isAnother = subject.isAnother(care.subject);
    boolean wasUnwatched = care.isUnwatched;
    care.become(subject);
    care.isUnwatched = false;
    if (!isAnother && !wasUnwatched && Objects.equals(before, care.target)) {
      return;
    }
    if (before != null) {
      hands.forget(subject.id());
    }
    if (isAnother || care.target == null) {
      care.forgetAll();
      unwatched(care, care.target == null ? NO_CHECK : MOVED);
    }
    if (care.target != null) {
      watch(
          care,
          isAnother ? Watched.Known.NOTHING : Verdicts.known(subject, said(care), clock.instant()));
    }
  }

  /** Begins another watch in place of one that was forgotten. What that may still have to say is not about this. */
  private void watch(Care care, Watched.Known known) {
    care.verdict = known.verdict();
    care.hasSeen = false;
    care.target = care.subject.target().orElseThrow();
    handOver(care, care.target, known);
  }

  private void handOver(Care care, Target target, Watched.Known known) {
    care.isUnwatched = true;
    hands.watch(target, known);
    care.isUnwatched = false;
  }

  /** Nothing is known of a backend any more, whatever stands in the database. */
  private void unwatched(Care care, String why) {
    if (care.subject instanceof Subject.OfBackend
        && Verdicts.of(care.subject, said(care)) != Verdict.UNKNOWN) {
      care.verdict = Verdict.UNKNOWN;
      say(care, Verdicts.next(care, said(care), Verdict.UNKNOWN, why, 0, clock.instant()));
    }
  }

  /** The watch over a target has come to another verdict. */
  void became(Target target, Transition transition) {
    Care care = cares.get(target.id());
    if (care == null || !care.isWatchedAs(target)) {
      return;
    }
    care.hasSeen = true;
    care.verdict = transition.to();
    care.reason = transition.reason();
    care.phi = transition.phi();
    switch (care.subject) {
      case Subject.OfLbServer(LbServer server) -> judge(care, server, nanos.getAsLong());
      case Subject.OfBackend _ -> {
        Resource said = said(care);
        if (care.said == null && Verdicts.of(care.subject, said) == transition.to()) {
          care.said = said;
        } else {
          say(
              care,
              Verdicts.next(
                  care,
                  said,
                  transition.to(),
                  transition.reason(),
                  transition.phi(),
                  clock.instant()));
        }
      }
    }
  }

  /**
   * An LB server has told how it is.
   *
   * @param asked as it was known when it was asked: what comes late of a process that has been replaced says nothing of the next
   */
  void reported(LbServer asked, LbServerFacts facts) {
    Care care = cares.get(new Subject.OfLbServer(asked).id());
    if (care != null
        && care.subject instanceof Subject.OfLbServer(LbServer server)
        && server.instance().equals(asked.instance())) {
      long now = nanos.getAsLong();
      care.judge.told(facts, revision().orElse(null), now);
      judge(care, server, now);
    }
  }

  private void judge(Care care, LbServer server, long now) {
    LbServerJudge.Finding finding = care.judge.finding(care, server, now);
    if (finding == null) {
      return;
    }
    boolean isSaid =
        said(care) instanceof LbServerStatus status
            && status.instance().equals(server.instance())
            && status.state() == finding.state();
    if (!isSaid) {
      say(care, finding.status(server, clock.instant()));
    }
  }

  /**
   * What an LB server has observed of backends.
   *
   * @param askedAt when it was asked, by the monotonic clock. What it says is as of its answer, some time later; so what it heard is never taken for
   *     fresher than it is.
   */
  void observed(LbServer server, Observations seen, long askedAt) {
    ejections.heard(server, seen.ejected(), cares.keySet()).forEach(hands::accuse);
    seen.goodAgoNanos()
        .forEach(
            (id, ago) -> {
              if (cares.containsKey(id)) {
                hands.vouch(id, askedAt - ago);
              }
            });
  }

  /** What was handed to be written is in the database as of this revision, or was left out there. */
  void settled(List<Observation> written, Revision revision) {
    for (Observation observation : written) {
      Resource status = observation.status();
      Care care = cares.get(Verdicts.id(status));
      if (care != null && status.equals(care.said)) {
        care.isPending = false;
        care.written = revision;
      }
    }
  }

  private void say(Care care, Resource status) {
    care.said = status;
    care.isPending = true;
    hands.write(new Observation(status, care.fence));
  }

  /** The database has to say what we have seen; what we have not seen ourselves, we believe it. */
  private void reconcile(Care care) {
    Snapshot current = snapshot;
    if (current == null || care.isPending || !care.isIn(current.revision())) {
      return;
    }
    Resource stands = standing(care.status);
    if (care.said != null) {
      if (!Verdicts.isSame(care.subject, care.said, stands)) {
        say(care, care.said);
      }
      return;
    }
    Verdict there = Verdicts.of(care.subject, stands);
    if (care.isUnwatched || care.hasSeen || there == care.verdict) {
      return;
    }
    if (care.target == null) {
      unwatched(care, NO_CHECK);
    } else {
      hands.forget(care.id);
      watch(care, Verdicts.known(care.subject, stands, clock.instant()));
    }
  }

  private @Nullable Resource said(Care care) {
    return care.said == null ? standing(care.status) : care.said;
  }

  private @Nullable Resource standing(ItemKey status) {
    return snapshot == null ? null : snapshot.find(status).map(Item::resource).orElse(null);
  }

  /** The LB servers that can be asked what they see: those that are not known to be dead. */
  List<LbServer> living() {
    return snapshot == null
        ? List.of()
        : snapshot.lbServers().filter(server -> !isDead(server)).toList();
  }

  private boolean isDead(LbServer server) {
    var subject = new Subject.OfLbServer(server);
    return Verdicts.of(subject, standing(subject.status())) == Verdict.UNHEALTHY;
  }

  /** The LB servers in our share. */
  List<LbServer> ownLbServers() {
    return cares.values().stream()
        .flatMap(
            care ->
                care.subject instanceof Subject.OfLbServer(LbServer server)
                    ? Stream.of(server)
                    : Stream.empty())
        .toList();
  }

  /** How many subjects are in our share. */
  int size() {
    return cares.size();
  }

  /** How many shares are ours. */
  int shares() {
    return shares.size();
  }

  /** The revision that we go by. */
  Optional<Revision> revision() {
    return Optional.ofNullable(snapshot).map(Snapshot::revision);
  }
}
