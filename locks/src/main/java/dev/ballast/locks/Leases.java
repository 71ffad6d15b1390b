package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leases of one client of an engine: opens them, keeps them, and hands on whom the engine wakes.
 *
 * <p>Safe for use by many threads.
 */
final class Leases implements AutoCloseable {
  private final LockEngine engine;
  private final LocksSettings settings;
  private final long client;
  private final Disowner disowner;
  private final Map<LeaseId, Session> kept = new ConcurrentHashMap<>();
  private final Map<LeaseId, Runnable> wakers = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  Leases(LockEngine engine, LocksSettings settings) {
    this.engine = engine;
    this.settings = settings;
    this.client = settings.random().nextLong();
    this.disowner = new Disowner(engine, settings);
    engine.listen(String.format("%016x", client), this::woken);
  }

  /** A lease with its claims, just opened. */
  record Opening(Session session, List<Answer> answers) {}

  LocksSettings settings() {
    return settings;
  }

  LockEngine engine() {
    return engine;
  }

  long now() {
    return settings.ticker().nanos();
  }

  /** A name for a lease that is not opened yet. */
  LeaseId next() {
    return LeaseId.of(client, settings.random());
  }

  /** What to do when the engine wakes a lease: to be said before the lease is opened, so that no wake gets lost. */
  void wakes(LeaseId id, Runnable waker) {
    wakers.put(id, waker);
  }

  void forget(LeaseId id) {
    wakers.remove(id);
  }

  boolean isKept(LeaseId id) {
    return kept.containsKey(id);
  }

  /**
   * Opens a lease, with its first claims, and keeps it from now on.
   *
   * @throws EngineUnavailable if that is not sure to have happened: the same lease may be asked for again
   * @throws LeaseLost if opening took longer than the lease lives; it was given up, and never comes back
   */
  Opening open(LeaseId id, List<Claim> claims, boolean wait) {
    if (isClosed) {
      throw new IllegalStateException("these locks are closed");
    }
    long sentAt = now();
    var opened = engine.openAndClaim(id, settings.owner(), settings.ttl(), claims, wait);
    var session =
        new Session(engine, id, settings, opened.ttl(), sentAt, disowner, () -> ended(id));
    kept.put(id, session);
    if (isClosed || !session.isMine()) {
      session.close();
      throw new LeaseLost(
          "the engine took %d ms to open a lease that lives for %d ms: ask for a longer one"
              .formatted(Duration.ofNanos(now() - sentAt).toMillis(), opened.ttl().toMillis()));
    }
    session.start();
    return new Opening(session, opened.answers());
  }

  /** Gives up a lease of which it is not known whether it was opened. It must not be opened again. */
  void disown(LeaseId id) {
    forget(id);
    disowner.disown(id);
  }

  private void ended(LeaseId id) {
    kept.remove(id);
    forget(id);
  }

  private void woken(Set<LeaseId> leases) {
    if (leases.isEmpty()) {
      wakers.values().forEach(Runnable::run);
    } else {
      for (LeaseId lease : leases) {
        var waker = wakers.get(lease);
        if (waker != null) {
          waker.run();
        }
      }
    }
  }

  /** Closes all leases, then the engine. */
  @Override
  public void close() {
    isClosed = true;
    kept.values().forEach(Session::close);
    engine.close();
  }
}
