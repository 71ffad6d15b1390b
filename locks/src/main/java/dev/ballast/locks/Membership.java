package dev.ballast.locks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One membership with its threads: does what {@link GroupMember} says, and tells it what came of it. When the lease is lost, all
 * partitions are lost at once, by the thread that watches the lease, even while a call to the engine hangs.
 *
 * <p>{@link #serve} owns the {@link GroupMember}; others reach it through flags and the bell.
 */
final class Membership implements GroupMember.Work {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  private final Leases leases;
  private final Session session;
  private final GroupSettings settings;
  private final GroupMember member;
  private final Calls calls;
  private final Tally tally;
  private final Signal bell = new Signal();
  private final Map<Integer, Tenure> tenures = new ConcurrentHashMap<>();
  private final Queue<Tenure> stopped = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isPoked = new AtomicBoolean();
  private volatile List<GroupView.Member> members = List.of();
  private volatile int weight;
  private volatile boolean isToLeave;

  /** Whether the last call failed; of {@link #serve} alone. */
  private boolean isUnanswered;

  Membership(
      Leases leases,
      Session session,
      GroupSettings settings,
      int weight,
      Calls calls,
      Tally tally) {
    this.leases = leases;
    this.session = session;
    this.settings = settings;
    this.weight = weight;
    this.calls = calls;
    this.tally = tally;
    this.member =
        new GroupMember(session.id(), settings, weight, session.ttl(), this, leases.now());
    leases.wakes(session.id(), this::poke);
    session.whenLost(this::loseAll);
  }

  private void poke() {
    isPoked.set(true);
    bell.ring();
  }

  void weight(int changed) {
    weight = changed;
    bell.ring();
  }

  /** Has {@link #serve} leave in order, and return. */
  void leave() {
    isToLeave = true;
    bell.ring();
  }

  /** What is owned now, by index. */
  List<Ownership> owned() {
    var owned = new ArrayList<Ownership>();
    tenures.values().stream()
        .filter(Tenure::isStillMine)
        .sorted((a, b) -> Integer.compare(a.partition().index(), b.partition().index()))
        .forEach(owned::add);
    return owned;
  }

  /** The first in rank among the members of the last look. */
  List<String> ranking(Partition partition, int count) {
    var nodes = members.stream().map(GroupView.Member::node).toList();
    return Rendezvous.rank(partition.name(), nodes, count).stream()
        .map(Rendezvous.Node::name)
        .toList();
  }

  /** Works until the membership is over: it has left, or lost its lease. */
  void serve() throws InterruptedException {
    try {
      boolean isOver = false;
      while (!isOver && session.isMine()) {
        hear();
        isOver = take(member.next(leases.now()));
      }
    } finally {
      loseAll();
      session.close();
    }
  }

  private void hear() {
    member.weight(weight);
    if (isToLeave) {
      member.leave(leases.now());
    }
    if (isPoked.getAndSet(false)) {
      member.poked(leases.now());
    }
    for (var tenure = stopped.poll(); tenure != null; tenure = stopped.poll()) {
      member.stopped(tenure.partition().index(), tenure.token());
    }
  }

  /** Takes a step; true if it was the last. */
  private boolean take(GroupMember.Step step) throws InterruptedException {
    try {
      switch (step) {
        case GroupMember.Step.Look() -> look();
        case GroupMember.Step.Claims claims ->
            member.claimed(
                claims, leases.engine().claim(session.id(), claims.claims(), true), leases.now());
        case GroupMember.Step.Release release -> {
          leases.engine().release(session.id(), release.names());
          member.released(release);
        }
        case GroupMember.Step.Wake(var others) -> leases.engine().wake(others);
        case GroupMember.Step.Pause(long nanos) -> bell.await(nanos);
        case GroupMember.Step.Leave() -> {
          return true;
        }
      }
      isUnanswered &= step instanceof GroupMember.Step.Pause;
    } catch (LeaseLost e) {
      session.lost("it has run out, or its member was broken");
      return true;
    } catch (RuntimeException e) {
      tally.engineFailures.increment();
      if (!isUnanswered) {
        LOG.warn(
            "The engine gives no answer to group {}: {}", settings.group(), ConsumerGroup.text(e));
      }
      isUnanswered = true;
      LOG.debug("Group {} gets no answer to {}", settings.group(), step, e);
      member.failed(step, leases.now());
    }
    return false;
  }

  private void look() {
    var holdings = leases.engine().list(GroupView.prefix(settings.group()));
    tally.looks.increment();
    if (!member.looked(holdings, leases.now())) {
      session.renewNow();
      return;
    }
    if (member.hasRebalanced()) {
      tally.rebalances.increment();
    }
    var view = member.view();
    members = view.members().stream().filter(other -> !other.isLeaving()).toList();
    tally.seen(member.waiting(), view.members().size(), settings.partitions().size() - view.held());
  }

  @Override
  public void start(int partition, long token) {
    var mine = settings.partition(partition);
    String lock = GroupView.partitionName(settings.group(), mine.name());
    var tenure = new Tenure(mine, lock, token, session::isMine);
    tenures.put(partition, tenure);
    if (session.isMine()) {
      calls.assigned(tenure);
    } else {
      lose(partition);
    }
  }

  @Override
  public void stop(int partition) {
    var tenure = tenures.get(partition);
    if (tenure != null) {
      calls.revoked(tenure, () -> confirm(partition, tenure));
    }
  }

  private void confirm(int partition, Tenure tenure) {
    if (tenures.remove(partition, tenure)) {
      stopped.add(tenure);
      bell.ring();
    }
  }

  @Override
  public void lose(int partition) {
    var tenure = tenures.remove(partition);
    if (tenure != null) {
      calls.lost(tenure);
    }
  }

  private void loseAll() {
    List.copyOf(tenures.keySet()).forEach(this::lose);
  }
}
