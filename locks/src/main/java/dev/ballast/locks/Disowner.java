package dev.ballast.locks;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an engine in the background that leases are over, again and again until it knows or they have run out by themselves: for
 * leases of which no answer tells whether they were opened or closed. At most {@value #MOST} at a time; more run out by
 * themselves.
 *
 * <p>Safe for use by many threads.
 */
final class Disowner {
  private static final Logger LOG = LoggerFactory.getLogger(Disowner.class);
  private static final int MOST = 1000;

  /** What a time to live may have been rounded up to, as etcd's is. */
  private static final Duration COARSEST = Duration.ofSeconds(5);

  private final Semaphore places = new Semaphore(MOST);
  private final LockEngine engine;
  private final LocksSettings settings;

  Disowner(LockEngine engine, LocksSettings settings) {
    this.engine = engine;
    this.settings = settings;
  }

  /** Of a lease of which it is not known whether it was opened, nor for how long. */
  void disown(LeaseId id) {
    disown(id, COARSEST);
  }

  /**
   * Of a lease that was opened.
   *
   * @param inForce its time to live, by what the engine has said
   */
  void disown(LeaseId id, Duration inForce) {
    if (places.tryAcquire()) {
      Thread.ofVirtual().name("ballast-disown-" + id).start(() -> run(id, inForce));
    } else {
      LOG.warn("Lease {} is left to run out: {} others are being closed already", id, MOST);
    }
  }

  private void run(LeaseId id, Duration inForce) {
    try {
      tellUntilRunOut(id, inForce);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  private void tellUntilRunOut(LeaseId id, Duration inForce) throws InterruptedException {
    long ttl = settings.ttl().toNanos();
    long end = settings.ticker().nanos() + 2 * Math.max(ttl, inForce.toNanos());
    var pause = new Signal();
    while (end - settings.ticker().nanos() > 0) {
      try {
        engine.close(id);
        return;
      } catch (RuntimeException e) {
        LOG.debug("Lease {} could not be closed", id, e);
      }
      pause.await(ttl / 10);
    }
  }
}
