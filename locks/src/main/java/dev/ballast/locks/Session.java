package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lease of this process, and the two virtual threads that keep it: one watches the {@link LeaseClock} and never calls the
 * engine, so that a call that hangs can't hide that the deadline has passed; the other renews. Once the lease is lost it stays
 * lost, even if a late renewal succeeds: it is closed then.
 *
 * <p>Safe for use by many threads.
 */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Signal bell = new Signal();
  private final LockEngine engine;
  private final LeaseId id;
  private final String owner;
  private final Duration ttl;
  private final Ticker ticker;
  private final Disowner disowner;
  private final Runnable whenEnded;

  // Guarded by lock.
  private final LeaseState state;
  private String lostBecause = "";
  private final List<Runnable> whenLost = new ArrayList<>();

  /**
   * Keeps a lease that the engine has opened.
   *
   * @param ttl the time to live in force
   * @param sentAt when the call that opened it was about to be sent
   * @param whenEnded run once when it is lost or closed
   */
  Session(
      LockEngine engine,
      LeaseId id,
      LocksSettings settings,
      Duration ttl,
      long sentAt,
      Disowner disowner,
      Runnable whenEnded) {
    this.engine = engine;
    this.id = id;
    this.owner = settings.owner();
    this.ttl = ttl;
    this.ticker = settings.ticker();
    this.disowner = disowner;
    this.whenEnded = whenEnded;
    this.state = new LeaseState(ttl, settings.driftPerMille(), sentAt);
  }

  /** Begins to renew. */
  void start() {
    Thread.ofVirtual().name("ballast-lease-" + id).start(this::keep);
  }

  LeaseId id() {
    return id;
  }

  Duration ttl() {
    return ttl;
  }

  /** Whether the lease may be relied on now: conservative, by this machine's clock alone. */
  boolean isMine() {
    lock.lock();
    try {
      return state.isMine(ticker.nanos());
    } finally {
      lock.unlock();
    }
  }

  /** How long it may still be relied on if it is not renewed again. */
  Duration remaining() {
    lock.lock();
    try {
      return Duration.ofNanos(state.remaining(ticker.nanos()));
    } finally {
      lock.unlock();
    }
  }

  /** Why it was lost; empty while it is not. */
  String lostBecause() {
    lock.lock();
    try {
      return lostBecause;
    } finally {
      lock.unlock();
    }
  }

  /** Runs {@code action} once the lease is lost, on a thread of its own; at once if it is lost already, never once it is closed. */
  void whenLost(Runnable action) {
    lock.lock();
    try {
      switch (state.phase()) {
        case OPEN -> whenLost.add(action);
        case LOST -> Thread.ofVirtual().name("ballast-lost-" + id).start(action);
        case CLOSED -> {}
      }
    } finally {
      lock.unlock();
    }
  }

  /** Renews at once, and so finds out whether the lease is still there. */
  void renewNow() {
    lock.lock();
    try {
      state.wantCall();
    } finally {
      lock.unlock();
    }
    bell.ring();
  }

  /** Gives the lease up and waits until the engine knows, or has not answered: then it is told again until the lease has run out. */
  void close() {
    if (!end(LeaseState.Phase.CLOSED, "")) {
      return;
    }
    try {
      engine.close(id);
    } catch (RuntimeException e) {
      LOG.warn("Lease {} could not be closed yet: {}", id, e.getMessage());
      disowner.disown(id, ttl);
    }
  }

  /** The engine has said that there is no such lease. */
  void lost(String because) {
    if (end(LeaseState.Phase.LOST, because)) {
      LOG.warn("Lease {} of {} is lost: {}", id, owner, because);
    }
  }

  private void keep() {
    try {
      while (true) {
        long pause;
        lock.lock();
        try {
          if (state.phase() != LeaseState.Phase.OPEN) {
            return;
          }
          long now = ticker.nanos();
          if (state.call(now)) {
            Thread.ofVirtual().name("ballast-renew-" + id).start(this::renew);
          }
          pause = state.pause(now);
        } finally {
          lock.unlock();
        }
        if (pause == 0) {
          lost("it could not be renewed in time");
          disowner.disown(id, ttl);
          return;
        }
        bell.await(pause);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void renew() {
    long sentAt = ticker.nanos();
    try {
      if (engine.renew(id)) {
        renewed(sentAt);
      } else {
        lost("it has run out, or its lock was broken");
      }
    } catch (RuntimeException e) {
      LOG.debug("Lease {} was not renewed", id, e);
      failed();
    }
    bell.ring();
  }

  private void renewed(long sentAt) {
    lock.lock();
    try {
      state.renewed(sentAt, ticker.nanos());
    } finally {
      lock.unlock();
    }
  }

  private void failed() {
    lock.lock();
    try {
      state.failed(ticker.nanos());
    } finally {
      lock.unlock();
    }
  }

  private boolean end(LeaseState.Phase how, String because) {
    List<Runnable> actions;
    lock.lock();
    try {
      if (!state.end(how)) {
        return false;
      }
      lostBecause = because;
      actions = how == LeaseState.Phase.LOST ? List.copyOf(whenLost) : List.of();
      whenLost.clear();
    } finally {
      lock.unlock();
    }
    whenEnded.run();
    bell.ring();
    actions.forEach(action -> Thread.ofVirtual().name("ballast-lost-" + id).start(action));
    return true;
  }
}
