package dev.ballast.verify;

import dev.ballast.model.Revision;
import java.time.Duration;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * When each revision came into use at one LB server, which is asked for the next one all the time. The times are when its answer
 * had come, so never too early.
 */
final class Arrivals implements AutoCloseable {
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final NavigableMap<Long, Instant> seen = new ConcurrentSkipListMap<>();
  private final LbProcess lb;
  private final Thread thread;
  private volatile boolean isStopping;

  private Arrivals(LbProcess lb) {
    this.lb = lb;
    this.thread = Thread.ofVirtual().name("arrivals-" + lb.name()).unstarted(this::follow);
  }

  static Arrivals follow(LbProcess lb) {
    var arrivals = new Arrivals(lb);
    arrivals.thread.start();
    return arrivals;
  }

  private void follow() {
    Revision used = lb.revision();
    while (!isStopping) {
      Revision now = lb.awaitNext(used, WAIT);
      Instant at = Instant.now();
      if (now.n() > used.n()) {
        seen.put(now.n(), at);
        used = now;
      }
    }
  }

  /** When this revision, or a later one, was first in use. Waits for it. */
  Instant of(long revision, Duration patience) {
    Instant end = Instant.now().plus(patience);
    while (Instant.now().isBefore(end)) {
      var entry = seen.ceilingEntry(revision);
      if (entry != null) {
        return entry.getValue();
      }
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError(
        lb.name() + " has no revision " + revision + " after " + patience + ", but " + seen);
  }

  @Override
  public void close() {
    isStopping = true;
    try {
      thread.join();
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
