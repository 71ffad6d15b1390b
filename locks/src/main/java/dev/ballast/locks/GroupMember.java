package dev.ballast.locks;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One membership of a consumer group, from the lease's opening to its end, without I/O: it says what to ask the engine next
 * ({@link #next}), and is told what came of it. {@link Membership} drives it with threads, the simulation with virtual ones.
 *
 * <p>It looks at the group when it is poked, when the first lease of another would run out, and every third of the time to
 * live; {@link GroupPlan} says what follows. Who joins, leaves or changes its weight pokes all members; who claims pokes those
 * that it stands behind.
 *
 * <p>Invariants: a partition is released only after it was stopped or declared lost here; who does not know what became of a
 * release never claims that partition with the same lease again, since the release may still come into effect.
 *
 * <p>Owned by one thread. Times are nanoseconds of the process's monotonic clock.
 */
final class GroupMember {
  /** Claims or releases in one call. */
  static final int CHUNK = 250;

  private static final long SOON = Duration.ofMillis(50).toNanos();
  private static final long MIN_LOOK = Duration.ofMillis(25).toNanos();
  private static final long AFTER_EXPIRY = Duration.ofMillis(2).toNanos();

  private final LeaseId me;
  private final GroupSettings settings;
  private final long heartbeat;
  private final long grace;
  private final Work work;

  private final Map<Integer, Held> held = new HashMap<>();
  private final Set<Integer> doubtful = new LinkedHashSet<>();
  private final Set<Integer> toClaim = new LinkedHashSet<>();
  private final Set<Integer> toDrop = new LinkedHashSet<>();
  private final Set<LeaseId> toWake = new LinkedHashSet<>();
  private GroupView view = new GroupView(List.of(), Map.of());
  private GroupPlan.Shares shares;
  private int weight;
  private boolean isNoteNew;
  private boolean isAnnounced;
  private boolean isLeaving;
  private long leavingSince;
  private long lookAt;
  private int failures;
  private long retryAt;
  private boolean hasRebalanced;

  /** What the plan does to partitions; each call returns at once. */
  interface Work {
    /** Begin. */
    void start(int partition, long token);

    /** Stop, and say {@link GroupMember#stopped} when that is done. */
    void stop(int partition);

    /** Too late to stop in order: from now on it is not this member's. */
    void lose(int partition);
  }

  /** What to do next. */
  sealed interface Step {
    /** List the group, then {@link GroupMember#looked}. */
    record Look() implements Step {}

    /** Claim, waiting, then {@link GroupMember#claimed}; partitions are empty where it is the member's own note. */
    record Claims(List<Integer> partitions, List<Claim> claims) implements Step {}

    /** Release, then {@link GroupMember#released}. */
    record Release(List<Integer> partitions, List<String> names) implements Step {}

    /** Wake others; nothing follows. */
    record Wake(Collection<LeaseId> leases) implements Step {}

    /** Nothing for so long, unless poked. */
    record Pause(long nanos) implements Step {}

    /** Close the lease: this membership is over. */
    record Leave() implements Step {}
  }

  private static final class Held {
    final long token;
    boolean isStopping;
    boolean isStopped;
    long stopBy;

    Held(long token) {
      this.token = token;
    }
  }

  GroupMember(LeaseId me, GroupSettings settings, int weight, Duration ttl, Work work, long now) {
    this.me = me;
    this.settings = settings;
    this.weight = weight;
    this.heartbeat = ttl.toNanos() / 3;
    this.grace = Math.min(heartbeat, Duration.ofMillis(250).toNanos());
    this.work = work;
    this.shares = GroupPlan.Shares.none(settings.partitions().size());
    this.lookAt = now;
    this.retryAt = now;
  }

  LeaseId lease() {
    return me;
  }

  Claim memberClaim() {
    return memberClaim(settings, weight, isLeaving);
  }

  static Claim memberClaim(GroupSettings settings, int weight, boolean isLeaving) {
    return new Claim(
        GroupView.memberName(settings.group(), settings.member()),
        Mode.exclusive(),
        GroupView.Member.note(settings, weight, isLeaving));
  }

  /** The group as it was last seen. */
  GroupView view() {
    return view;
  }

  /** Whether the last look led to a change. */
  boolean hasRebalanced() {
    return hasRebalanced;
  }

  boolean isLeaving() {
    return isLeaving;
  }

  /** Whether the partition is this member's, stopping or not, if the lease is. */
  boolean owns(int partition) {
    var mine = held.get(partition);
    return mine != null && !mine.isStopped;
  }

  /** Something has changed somewhere: look soon. */
  void poked(long now) {
    lookAt = now;
  }

  void weight(int changed) {
    isNoteNew |= changed != weight;
    weight = changed;
  }

  /** Leave in order: others are told, get a moment to claim behind this one, and are given one partition after the other. */
  void leave(long now) {
    if (!isLeaving) {
      isLeaving = true;
      leavingSince = now;
      isNoteNew = true;
      retryAt = now;
      toClaim.clear();
    }
  }

  /** What to do at {@code now}. */
  Step next(long now) {
    enforceLimits(now);
    if (isLeaving && held.values().stream().allMatch(mine -> mine.isStopped)) {
      return new Step.Leave();
    }
    if (retryAt - now > 0) {
      return new Step.Pause(Math.min(retryAt - now, untilLimit(now)));
    }
    if (isNoteNew) {
      return new Step.Claims(List.of(), List.of(memberClaim()));
    }
    var release = chunk(stoppedOrDropped());
    if (!release.isEmpty()) {
      return new Step.Release(release, release.stream().map(this::name).toList());
    }
    if (!toWake.isEmpty()) {
      var wake = List.copyOf(toWake);
      toWake.clear();
      return new Step.Wake(wake);
    }
    if (!toClaim.isEmpty()) {
      var claim = chunk(toClaim);
      return new Step.Claims(claim, claim.stream().map(p -> Claim.exclusive(name(p))).toList());
    }
    if (lookAt - now <= 0) {
      lookAt = now + heartbeat;
      return new Step.Look();
    }
    return new Step.Pause(Math.min(lookAt - now, untilLimit(now)));
  }

  private String name(int partition) {
    return GroupView.partitionName(settings.group(), settings.partitions().get(partition));
  }

  private static List<Integer> chunk(Collection<Integer> all) {
    return all.stream().limit(CHUNK).toList();
  }

  private Set<Integer> stoppedOrDropped() {
    var release = new LinkedHashSet<Integer>();
    held.forEach(
        (partition, mine) -> {
          if (mine.isStopped) {
            release.add(partition);
          }
        });
    release.addAll(toDrop);
    return release;
  }

  /** Ends the patience with what does not stop, and with those who should have come while this one is leaving. */
  private void enforceLimits(long now) {
    boolean isGraceOver = isLeaving && now - leavingSince >= grace;
    held.forEach(
        (partition, mine) -> {
          if (mine.isStopping && !mine.isStopped && mine.stopBy - now <= 0) {
            work.lose(partition);
            mine.isStopped = true;
          } else if (!mine.isStopping && isGraceOver) {
            stop(partition, mine, now);
          }
        });
  }

  private long untilLimit(long now) {
    long until = isLeaving ? Math.max(1, leavingSince + grace - now) : Long.MAX_VALUE;
    if (isLeaving && now - leavingSince >= grace) {
      until = Long.MAX_VALUE;
    }
    for (var mine : held.values()) {
      if (mine.isStopping && !mine.isStopped) {
        until = Math.min(until, Math.max(1, mine.stopBy - now));
      }
    }
    return until;
  }

  private void stop(int partition, Held mine, long now) {
    mine.isStopping = true;
    mine.stopBy = now + settings.handOver().toNanos();
    work.stop(partition);
  }

  /**
   * The group was listed.
   *
   * @return false if this membership is not in it, and nothing was concluded: the lease should be asked for
   */
  boolean looked(List<Holding> holdings, long now) {
    failures = 0;
    view = GroupView.of(settings.group(), holdings);
    hasRebalanced = false;
    var listed = view.member(me);
    if (listed == null) {
      return false;
    }
    // A note that got no answer may have come into effect after a newer one.
    isNoteNew |= listed.weight() != weight || listed.isLeaving() != isLeaving;
    shares = shares.of(view, settings);
    var plan = GroupPlan.of(view, shares, settings.partitions(), me, this::doing);
    hasRebalanced = !plan.isEmpty();
    plan.lost().forEach(this::lose);
    plan.stop().forEach(partition -> stop(partition, mine(partition), now));
    toDrop.clear();
    toDrop.addAll(plan.drop());
    toClaim.clear();
    if (plan.isRejoinWanted()) {
      leave(now);
    }
    if (!isLeaving) {
      plan.start().forEach(start -> start(start.partition(), start.token()));
      toClaim.addAll(plan.claim());
    }
    if (!isAnnounced) {
      isAnnounced = true;
      wakeMembers();
    }
    lookAt = Math.min(lookAt, now + untilNextExpiry(holdings));
    return true;
  }

  private GroupPlan.@Nullable Doing doing(int partition) {
    var mine = held.get(partition);
    if (mine != null) {
      return mine.isStopping ? GroupPlan.Doing.STOPPING : GroupPlan.Doing.WORKING;
    }
    return doubtful.contains(partition) ? GroupPlan.Doing.DOUBTFUL : null;
  }

  private Held mine(int partition) {
    var mine = held.get(partition);
    if (mine == null) {
      throw new IllegalStateException("partition " + partition + " is not held");
    }
    return mine;
  }

  private long untilNextExpiry(List<Holding> holdings) {
    long until = heartbeat;
    for (var holding : holdings) {
      if (!holding.lease().equals(me)) {
        until = Math.min(until, holding.remaining().toNanos());
      }
    }
    return Math.max(until, MIN_LOOK) + AFTER_EXPIRY;
  }

  private void start(int partition, long token) {
    if (held.putIfAbsent(partition, new Held(token)) == null) {
      work.start(partition, token);
    }
  }

  private void lose(int partition) {
    held.remove(partition);
    work.lose(partition);
  }

  /** The claims of a step were answered. */
  void claimed(Step.Claims step, List<Answer> answers, long now) {
    failures = 0;
    if (step.partitions().isEmpty()) {
      isNoteNew = false;
      wakeMembers();
      lookAt = now;
      return;
    }
    for (int i = 0; i < answers.size(); i++) {
      int partition = step.partitions().get(i);
      boolean isWanted = toClaim.remove(partition);
      switch (answers.get(i)) {
        case Answer.Granted(long token) -> {
          if (isWanted) {
            start(partition, token);
          }
        }
        case Answer.Waiting _ -> {
          var holder = GroupView.holder(view.queue(settings.partitions().get(partition)));
          if (holder != null) {
            toWake.add(holder.lease());
          }
        }
      }
    }
  }

  private void wakeMembers() {
    view.members().stream()
        .map(GroupView.Member::lease)
        .filter(lease -> !lease.equals(me))
        .forEach(toWake::add);
  }

  /** The engine has let go of the names of a step. */
  void released(Step.Release step) {
    failures = 0;
    step.partitions().forEach(held::remove);
    step.partitions().forEach(toDrop::remove);
  }

  /** A step got no answer: it may have happened, not have happened, or happen yet. */
  void failed(Step step, long now) {
    retryAt = now + Math.min(SOON << Math.min(failures++, 4), Math.max(SOON, heartbeat));
    lookAt = retryAt;
    switch (step) {
      case Step.Release release -> doubtful.addAll(release.partitions());
      case Step.Claims _ -> toClaim.clear();
      case Step.Look _, Step.Wake _, Step.Pause _, Step.Leave _ -> {}
    }
  }

  /**
   * The work that began with {@code token}, and was to stop, has stopped. What was declared lost may end so late that this
   * member works on the partition again.
   */
  void stopped(int partition, long token) {
    var mine = held.get(partition);
    if (mine != null && mine.isStopping && mine.token == token) {
      mine.isStopped = true;
    }
  }

  /** How many partitions this member stood in the queue for at the last look, without holding them. */
  int waiting() {
    int waiting = 0;
    for (var queue : view.queues().values()) {
      var mine = GroupView.in(queue, me);
      waiting += mine != null && !mine.isHeld() ? 1 : 0;
    }
    return waiting;
  }
}
