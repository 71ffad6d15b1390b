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
  private final LeaseClock clock;
  private final Runnable whenEnded;

  // Guarded by lock.
  private State state = State.OPEN;
  private boolean isRenewing;
  private String lostBecause = "";
  private final List<Runnable> whenLost = new ArrayList<>();

  private enum State {
    OPEN,
    LOST,
    CLOSED
  }

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
      Runnable whenEnded) {
    this.engine = engine;
    this.id = id;
    this.owner = settings.owner();
    this.ttl = ttl;
    this.ticker = settings.ticker();
    this.clock = new LeaseClock(ttl, settings.driftPerMille(), sentAt);
    this.whenEnded = whenEnded;
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
      return state == State.OPEN && clock.isMine(ticker.nanos());
    } finally {
      lock.unlock();
    }
  }

  /** How long it may still be relied on if it is not renewed again. */
  Duration remaining() {
    lock.lock();
    try {
      return state == State.OPEN
          ? Duration.ofNanos(clock.remaining(ticker.nanos()))
          : Duration.ZERO;
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
      switch (state) {
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
      renew();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the lease up and waits until the engine knows, or has not answered: then it is told again until the lease has run out. */
  void close() {
    if (!end(State.CLOSED, "")) {
      return;
    }
    try {
      engine.close(id);
    } catch (EngineUnavailable e) {
      LOG.warn("Lease {} could not be closed yet: {}", id, e.getMessage());
      disown();
    }
  }

  /** Gives the lease up without waiting: for one of which it is not known what it holds. */
  void abandon() {
    end(State.CLOSED, "");
    disown();
  }

  /** The engine has said that there is no such lease. */
  void lost(String because) {
    if (end(State.LOST, because)) {
      LOG.warn("Lease {} of {} is lost: {}", id, owner, because);
    }
  }

  private void keep() {
    try {
      while (true) {
        long wait;
        lock.lock();
        try {
          if (state != State.OPEN) {
            return;
          }
          long now = ticker.nanos();
          if (clock.nextCall() - now <= 0) {
            renew();
          }
          wait = clock.remaining(now);
          if (!isRenewing) {
            wait = Math.min(wait, clock.nextCall() - now);
          }
        } finally {
          lock.unlock();
        }
        if (wait <= 0) {
          lost("it could not be renewed in time");
          disown();
          return;
        }
        bell.await(wait);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a renewal, unless one is under way. Called with the lock held. */
  private void renew() {
    if (state == State.OPEN && !isRenewing) {
      isRenewing = true;
      Thread.ofVirtual().name("ballast-renew-" + id).start(this::sendRenewal);
    }
  }

  private void sendRenewal() {
    long sentAt = ticker.nanos();
    boolean isThere = true;
    boolean isKnown = false;
    try {
      isThere = engine.renew(id);
      isKnown = true;
    } catch (EngineUnavailable e) {
      LOG.debug("Lease {} was not renewed", id, e);
    } finally {
      lock.lock();
      try {
        isRenewing = false;
        if (isKnown) {
          clock.renewed(sentAt);
        } else {
          clock.failed(ticker.nanos());
        }
      } finally {
        lock.unlock();
      }
    }
    if (!isThere) {
      lost("it has run out, or its lock was broken");
    }
    bell.ring();
  }

  private boolean end(State next, String because) {
    List<Runnable> actions;
    lock.lock();
    try {
      if (state != State.OPEN) {
        return false;
      }
      state = next;
      lostBecause = because;
      actions = next == State.LOST ? List.copyOf(whenLost) : List.of();
      whenLost.clear();
    } finally {
      lock.unlock();
    }
    whenEnded.run();
    bell.ring();
    actions.forEach(action -> Thread.ofVirtual().name("ballast-lost-" + id).start(action));
    return true;
  }

  private void disown() {
    disown(engine, id, ttl, ticker);
  }

  /** Tells the engine in the background that a lease is over, again and again until it knows or the lease has run out. */
  static void disown(LockEngine engine, LeaseId id, Duration ttl, Ticker ticker) {
    Thread.ofVirtual()
        .name("ballast-disown-" + id)
        .start(() -> tellUntilRunOut(engine, id, ttl, ticker));
  }

  private static void tellUntilRunOut(LockEngine engine, LeaseId id, Duration ttl, Ticker ticker) {
    long end = ticker.nanos() + 2 * ttl.toNanos();
    var pause = new Signal();
    while (end - ticker.nanos() > 0) {
      try {
        engine.close(id);
        return;
      } catch (EngineUnavailable e) {
        LOG.debug("Lease {} could not be closed", id, e);
      }
      try {
        pause.await(ttl.toNanos() / 10);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
