package dev.ballast.locks;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lock that is held. It is renewed by itself until it is closed, and may be lost all the same: when the engine can't be
 * reached for the time to live, when this process is paused for that long, or when somebody breaks the lock. So whatever it
 * protects should check the {@link #token()} ({@link FencedResource}); where that can't be, ask {@link #isStillMine} before each
 * step that is short beside the time to live.
 *
 * <p>A lock is not reentrant by thread: a thread that asks again waits for itself. Who wants to hold it twice says so with
 * {@link #reenter()}.
 *
 * <p>Safe for use by many threads.
 */
public final class Lease implements AutoCloseable {
  private final Session session;
  private final Claim claim;
  private final long token;
  private final AtomicInteger entries;
  private boolean isClosed;

  Lease(Session session, Claim claim, long token) {
    this(session, claim, token, new AtomicInteger(1));
  }

  private Lease(Session session, Claim claim, long token, AtomicInteger entries) {
    this.session = session;
    this.claim = claim;
    this.token = token;
    this.entries = entries;
  }

  public String name() {
    return claim.name();
  }

  public Mode mode() {
    return claim.mode();
  }

  public LeaseId id() {
    return session.id();
  }

  /** The fencing token: greater than that of every claim on this name before it. */
  public long token() {
    return token;
  }

  /** The time to live in force, which may be longer than asked for. */
  public Duration ttl() {
    return session.ttl();
  }

  /**
   * Whether nobody else can have the lock yet, as far as clocks drift no more than {@link LocksSettings#driftPerMille}. A look at
   * this machine's clock, without a call. The clock may stand still while the machine, or a virtual machine, is suspended, as
   * Linux' CLOCK_MONOTONIC does: then this may be true for the rest of its time after the machine has gone on. False too after the lease was closed.
   */
  public boolean isStillMine() {
    return session.isMine();
  }

  /** For how long {@link #isStillMine} will be true if no renewal succeeds any more; zero once it is lost. */
  public Duration remaining() {
    return session.remaining();
  }

  /** Why the lease was lost, for people; empty while it is not. */
  public String lostBecause() {
    return session.lostBecause();
  }

  /** Runs {@code action} on a thread of its own as soon as the lease is lost; never if it is closed before. */
  public void whenLost(Runnable action) {
    session.whenLost(action);
  }

  /**
   * Holds the lock once more: it is released when this lease and the returned one have both been closed.
   *
   * @throws LeaseLost if the lock is not held any more
   */
  public Lease reenter() {
    if (!isStillMine() || entries.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new LeaseLost("the lease of " + name() + " is over, so it can't be entered again");
    }
    return new Lease(session, claim, token, entries);
  }

  /**
   * Releases the lock, unless it was entered again. What this lease no longer holds stays untouched. Where the engine can't be
   * reached it is told again in the background until the lease has run out.
   */
  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      if (entries.decrementAndGet() == 0) {
        session.close();
      }
    }
  }
}
