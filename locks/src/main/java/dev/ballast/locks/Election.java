package dev.ballast.locks;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A candidacy that goes on until it is closed: who is deposed stands again. What the candidate throws is logged; it steps down
 * then, and stands again after a second.
 *
 * <p>Safe for use by many threads.
 */
public final class Election implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Election.class);
  private static final Duration TERM = Duration.ofDays(1);
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Signal bell = new Signal();
  private final ReentrantLock lock = new ReentrantLock();
  private final Locks locks;
  private final Claim claim;
  private final Candidate candidate;
  private final Consumer<Election> whenClosed;
  private final Thread thread;

  // Guarded by lock.
  private boolean isClosed;
  private boolean isStanding;

  Election(Locks locks, Claim claim, Candidate candidate, Consumer<Election> whenClosed) {
    this.locks = locks;
    this.claim = claim;
    this.candidate = candidate;
    this.whenClosed = whenClosed;
    this.thread = Thread.ofVirtual().name("ballast-election-" + claim.name()).start(this::run);
  }

  private void run() {
    try {
      while (beginToStand()) {
        try {
          lead(stand());
        } catch (NotAcquired e) {
          LOG.debug("Still waiting to lead", e);
        } catch (RuntimeException e) {
          LOG.warn("No leader of {} here now: {}", claim.name(), e.toString());
          bell.await(RETRY_NANOS);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean beginToStand() {
    lock.lock();
    try {
      isStanding = !isClosed;
      return isStanding;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the leadership. Only while it does is the thread interrupted by {@link #close}, never in the candidate's code. */
  private Lease stand() throws NotAcquired, InterruptedException {
    try {
      return locks.acquire(claim, TERM);
    } finally {
      endToStand();
    }
  }

  private void endToStand() {
    lock.lock();
    try {
      isStanding = false;
    } finally {
      lock.unlock();
    }
  }

  private void lead(Lease lease) throws InterruptedException {
    try (lease) {
      if (isClosed()) {
        // Closed while the last look at the queue was answered: the interrupt was meant for that.
        var _ = Thread.interrupted();
        return;
      }
      lease.whenLost(bell::ring);
      try {
        candidate.elected(lease);
        while (!isClosed() && lease.isStillMine()) {
          bell.await(Math.max(1, lease.remaining().toNanos()));
        }
      } finally {
        candidate.deposed();
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Steps down, if it leads, and stands no more. Returns after {@link Candidate#deposed}, or when interrupted; at once where the
   * candidate itself calls it.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      if (isStanding) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
    bell.ring();
    whenClosed.accept(this);
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
