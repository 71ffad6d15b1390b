package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a consumer group: each partition has one owner at a time among the members, chosen by {@link Rendezvous weighted
 * rendezvous hashing}. A member has one lease for all it owns.
 *
 * <ul>
 *   <li>Who comes or goes moves only its own share. A partition changes hands cooperatively: the old owner stops and confirms, then
 *       the new one starts, with a higher token; partitions go one by one, each as soon as it has stopped.
 *   <li>When a member dies, its partitions are without an owner for the lease's time to live and the hand-over; when it leaves in
 *       order, for the hand-over alone: the others stand in the queue before it stops.
 *   <li>While the engine can't be reached, what the lease still covers is kept. At the lease's local deadline all partitions are
 *       lost; the member joins again by itself once the engine answers.
 * </ul>
 *
 * <p>Limits: one look lists the whole group, so costs grow with members times partitions; see {@link GroupSettings} for ranges.
 * All members must share out the same partitions, so a change of their number needs a new group, or all members to stop.
 *
 * <p>Safe for use by many threads.
 */
public final class ConsumerGroup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerGroup.class);
  private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LAST_RETRY = TimeUnit.SECONDS.toNanos(1);

  private final Leases leases;
  private final GroupSettings settings;
  private final Consumer<ConsumerGroup> whenClosed;
  private final Tally tally = new Tally();
  private final Calls calls;
  private final Signal end = new Signal();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private volatile int weight;
  private volatile @Nullable Membership membership;
  private volatile @Nullable Thread thread;

  ConsumerGroup(
      Leases leases,
      GroupSettings settings,
      PartitionListener listener,
      Consumer<ConsumerGroup> whenClosed) {
    this.leases = leases;
    this.settings = settings;
    this.whenClosed = whenClosed;
    this.calls = new Calls(listener, tally);
    this.weight = settings.weight();
  }

  /** Joins, and goes on until closed. */
  void start() {
    Membership first;
    try {
      first = join();
    } catch (RuntimeException e) {
      whenClosed.accept(this);
      throw e;
    }
    thread = Thread.ofVirtual().name("ballast-group-" + settings.group()).start(() -> run(first));
  }

  private void run(Membership first) {
    try {
      Membership current = first;
      while (current != null) {
        current.serve();
        current = isClosed.get() ? null : joinAgain();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Membership join() {
    var id = leases.next();
    int share = weight;
    Leases.Opening opening;
    try {
      opening = leases.open(id, List.of(GroupMember.memberClaim(settings, share, false)), false);
    } catch (LeaseLost e) {
      leases.disown(id);
      throw new EngineUnavailable("not joined: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      leases.disown(id);
      throw e;
    }
    var session = opening.session();
    try {
      check(opening.answers().getFirst(), id);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
    tally.joins.increment();
    var joined = new Membership(leases, session, settings, share, calls, tally);
    membership = joined;
    joined.weight(weight);
    if (isClosed.get()) {
      joined.leave();
    }
    return joined;
  }

  /** Whether this member may be in the group: its name is its own, and all share out the same. */
  private void check(Answer answer, LeaseId me) {
    var holdings = leases.engine().list(GroupView.prefix(settings.group()));
    if (answer instanceof Answer.Waiting) {
      String name = GroupView.memberName(settings.group(), settings.member());
      String holder =
          holdings.stream()
              .filter(holding -> holding.name().equals(name) && holding.isHeld())
              .findFirst()
              .map(ConsumerGroup::text)
              .orElse("somebody who has just left");
      throw new NotJoined(
          "group '%s' has a member '%s' already: %s. Give each member a name of its own"
              .formatted(settings.group(), settings.member(), holder));
    }
    for (var other : GroupView.of(settings.group(), holdings).members()) {
      if (!other.lease().equals(me) && !other.fingerprint().equals(settings.fingerprint())) {
        throw new NotJoined(
            "group '%s' shares out %s (count:hash of the names), as member '%s' says, not %s: give all members the same partitions"
                .formatted(
                    settings.group(), other.fingerprint(), other.name(), settings.fingerprint()));
      }
    }
  }

  /** Our own exceptions say all in their message. */
  static String text(RuntimeException e) {
    return e instanceof EngineUnavailable || e instanceof NotJoined
        ? String.valueOf(e.getMessage())
        : e.toString();
  }

  private static String text(Holding holding) {
    return "%s, whose lease %s runs out in %d ms if it is not renewed"
        .formatted(holding.owner(), holding.lease(), holding.remaining().toMillis());
  }

  /** Tries until it has joined; null once this is closed. */
  private @Nullable Membership joinAgain() throws InterruptedException {
    long pause = FIRST_RETRY;
    boolean isSaid = false;
    while (!isClosed.get()) {
      try {
        var joined = join();
        LOG.info("{} is in group {} again", settings.member(), settings.group());
        return joined;
      } catch (RuntimeException e) {
        if (!isSaid) {
          isSaid = true;
          LOG.warn(
              "{} can't join group {} again yet: {}", settings.member(), settings.group(), text(e));
        }
        LOG.debug("{} can't join again yet", settings.member(), e);
        end.await(pause);
        pause = Math.min(2 * pause, LAST_RETRY);
      }
    }
    return null;
  }

  /** What this member owns now, by index of the partition. */
  public List<Ownership> owned() {
    var current = membership;
    return current == null ? List.of() : current.owned();
  }

  /** Who would own a partition, in this order, if those before were gone: as many as asked for, or as there are. */
  public List<String> ranking(Partition partition, int count) {
    var current = membership;
    return current == null ? List.of() : current.ranking(partition, count);
  }

  public GroupCounters counters() {
    return tally.counters(owned().size());
  }

  /**
   * Changes this member's share.
   *
   * @param changed 1 to 1,000
   */
  public void weight(int changed) {
    GroupSettings.checkWeight(changed);
    weight = changed;
    var current = membership;
    if (current != null) {
      current.weight(changed);
    }
  }

  /**
   * Leaves: gives all partitions to others, each as soon as it has stopped, and returns when nothing is owned any more: at the latest
   * after the hand-over time, and the time that the engine's calls may take. Must not be called by the listener.
   */
  @Override
  public void close() {
    if (isClosed.getAndSet(true)) {
      return;
    }
    whenClosed.accept(this);
    end.ring();
    var current = membership;
    if (current != null) {
      current.leave();
    }
    var worker = thread;
    try {
      if (worker != null && !worker.join(settings.handOver().plus(Duration.ofMinutes(1)))) {
        LOG.warn("{} has not left group {} in time", settings.member(), settings.group());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
