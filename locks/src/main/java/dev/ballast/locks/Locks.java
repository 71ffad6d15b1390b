package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Distributed locks: the way in for programs. Each lock that is held or waited for has a lease of its own, which is kept by
 * itself.
 *
 * <p>Who waits stands in the queue and is woken when its turn comes; it asks again when the lease before it would have run
 * out, and besides every half second to ten, the later the further back it stands. So a release wakes one, not all.
 *
 * <p>Safe for use by many threads.
 */
public final class Locks implements AutoCloseable {
  private static final long POLL_NANOS = Duration.ofMillis(500).toNanos();
  private static final int MAX_POLLS = 20;
  private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

  private static final long MAX_WAIT_NANOS = Duration.ofDays(365).toNanos();

  private final Leases leases;
  private final Set<AutoCloseable> users = ConcurrentHashMap.newKeySet();

  /** Locks in an engine, which is closed with this. */
  public Locks(LockEngine engine, LocksSettings settings) {
    this.leases = new Leases(engine, settings);
  }

  public LockEngine engine() {
    return leases.engine();
  }

  Ticker ticker() {
    return leases.settings().ticker();
  }

  /**
   * Takes a lock if it is free.
   *
   * @throws EngineUnavailable if the engine gave no answer in time; then nothing is held
   */
  public Optional<Lease> tryAcquire(Claim claim) {
    checkNotReserved(claim.name());
    var attempt = new Attempt(leases, claim, false);
    try {
      return attempt.ask() instanceof Answer.Granted(long token)
          ? Optional.ofNullable(attempt.granted(token))
          : Optional.empty();
    } finally {
      attempt.end();
    }
  }

  /**
   * Takes a lock, waiting for its turn. While the engine can't be reached it goes on trying; who can't reach it for the time to
   * live loses its place.
   *
   * @throws NotAcquired if the turn has not come within {@code wait}; nothing is held, and nothing waits
   * @throws EngineUnavailable if the engine did not answer at the end; nothing is held, and nothing waits
   */
  public Lease acquire(Claim claim, Duration wait) throws NotAcquired, InterruptedException {
    checkNotReserved(claim.name());
    long end = leases.now() + nanos(wait);
    var attempt = new Attempt(leases, claim, true);
    try {
      while (true) {
        EngineUnavailable trouble = null;
        long pause = RETRY_NANOS;
        try {
          switch (attempt.ask()) {
            case Answer.Granted(long token) -> {
              var lease = attempt.granted(token);
              if (lease != null) {
                return lease;
              }
            }
            case Answer.Waiting waiting -> pause = pauseNanos(waiting);
          }
        } catch (EngineUnavailable e) {
          trouble = e;
        }
        long left = end - leases.now();
        if (left <= 0) {
          if (trouble != null) {
            throw trouble;
          }
          throw new NotAcquired(
              "'%s' was not free within %d ms".formatted(claim.name(), wait.toMillis()));
        }
        attempt.await(Math.min(pause, left));
      }
    } finally {
      attempt.end();
    }
  }

  private static long nanos(Duration wait) {
    return wait.compareTo(Duration.ofNanos(MAX_WAIT_NANOS)) > 0 ? MAX_WAIT_NANOS : wait.toNanos();
  }

  private static void checkNotReserved(String name) {
    if (name.startsWith(GroupView.RESERVED)) {
      throw new IllegalArgumentException(
          "names that begin with '" + GroupView.RESERVED + "' belong to consumer groups: " + name);
    }
  }

  /** When to ask again for a claim that waits, unless woken. */
  static long pauseNanos(Answer.Waiting waiting) {
    return Math.min(
        waiting.lookAgain().toNanos() + 1, POLL_NANOS * Math.min(waiting.ahead(), MAX_POLLS));
  }

  /** Runs for leadership in an exclusive lock until the election, or this, is closed. */
  public Election elect(String name, Candidate candidate) {
    checkNotReserved(name);
    var election = new Election(this, Claim.exclusive(name), candidate, users::remove);
    users.add(election);
    return election;
  }

  /**
   * Joins a consumer group, until the group, or this, is closed. The member's lease lives for {@link LocksSettings#ttl}: so long may
   * partitions be without an owner after a member has died.
   *
   * @throws NotJoined if the name is taken, or the group shares out other partitions
   * @throws EngineUnavailable if the engine gave no answer; nothing is held
   */
  public ConsumerGroup join(GroupSettings settings, PartitionListener listener) {
    var group = new ConsumerGroup(leases, settings, listener, users::remove);
    users.add(group);
    group.start();
    return group;
  }

  /** All claims on names that begin with {@code prefix}, held and waiting. */
  public List<Holding> list(String prefix) {
    return leases.engine().list(prefix);
  }

  /** Ends the leases that hold a name, whoever they belong to. See {@link LockEngine#breakLock}. */
  public List<Holding> breakLock(String name) {
    return leases.engine().breakLock(Claim.checkName(name));
  }

  /** Ends elections and memberships in order, releases everything held through this, and closes the engine. */
  @Override
  public void close() {
    List.copyOf(users).forEach(Locks::close);
    leases.close();
  }

  private static void close(AutoCloseable user) {
    try {
      user.close();
    } catch (Exception e) {
      throw new IllegalStateException("elections and memberships close without exceptions", e);
    }
  }
}
