package dev.ballast.locks;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A candidacy that goes on until it is closed: who is deposed stands again. */
public final class Election implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Election.class);
  private static final Duration TERM = Duration.ofDays(1);
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Signal end = new Signal();
  private final Locks locks;
  private final Claim claim;
  private final Candidate candidate;
  private final Thread thread;
  private volatile boolean isClosed;

  Election(Locks locks, Claim claim, Candidate candidate) {
    this.locks = locks;
    this.claim = claim;
    this.candidate = candidate;
    this.thread = Thread.ofVirtual().name("ballast-election-" + claim.name()).start(this::run);
  }

  private void run() {
    try {
      while (!isClosed) {
        try (Lease lease = locks.acquire(claim, TERM)) {
          lead(lease);
        } catch (NotAcquired e) {
          LOG.debug("Still waiting to lead", e);
        } catch (EngineUnavailable e) {
          LOG.warn("No election of {} now: {}", claim.name(), e.getMessage());
          end.await(RETRY_NANOS);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void lead(Lease lease) throws InterruptedException {
    lease.whenLost(end::ring);
    try {
      candidate.elected(lease);
      while (!isClosed && lease.isStillMine()) {
        end.await(Math.max(1, lease.remaining().toNanos()));
      }
    } finally {
      candidate.deposed();
    }
  }

  /** Steps down, if it leads, and stands no more. Returns after {@link Candidate#deposed}, or when interrupted. */
  @Override
  public void close() {
    isClosed = true;
    end.ring();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
