package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one thread to one lock: opens a lease with its claim in one call, then asks whether its turn has come. A lease
 * that is lost meanwhile is replaced by a new one, at the end of the queue. Whatever happens, nothing stays that nobody knows of:
 * a lease whose opening got no answer is disowned.
 *
 * <p>Owned by the thread that wants the lock.
 */
final class Attempt {
  private final Signal turn = new Signal();
  private final Leases leases;
  private final Claim claim;
  private final boolean wait;

  private LeaseId id;
  private @Nullable Session session;
  private boolean isSent;

  Attempt(Leases leases, Claim claim, boolean wait) {
    this.leases = leases;
    this.claim = claim;
    this.wait = wait;
    this.id = leases.next();
    leases.wakes(id, turn::ring);
  }

  /** Asks the engine once. */
  Answer ask() {
    var current = session;
    if (current != null && !current.isMine()) {
      startOver();
      current = null;
    }
    return current == null ? open() : again(current);
  }

  private Answer open() {
    isSent = true;
    try {
      var opening = leases.open(id, List.of(claim), wait);
      session = opening.session();
      return opening.answers().getFirst();
    } catch (LeaseLost e) {
      startOver();
      throw new EngineUnavailable("no lock: " + e.getMessage(), e);
    }
  }

  private Answer again(Session current) {
    try {
      return leases.engine().claim(current.id(), List.of(claim), wait).getFirst();
    } catch (LeaseLost e) {
      current.lost("it ran out while it waited");
      return new Answer.Waiting(1, Duration.ZERO);
    }
  }

  /** With another lease: of one that may have been closed, a close may still be under way, and would end it later. */
  private void startOver() {
    leases.forget(id);
    session = null;
    isSent = false;
    id = leases.next();
    leases.wakes(id, turn::ring);
  }

  /** Waits until woken, at most {@code nanos}. */
  void await(long nanos) throws InterruptedException {
    turn.await(nanos);
  }

  /** The lease of a claim that was granted; null if so much time has passed since that it may not be relied on. */
  @Nullable Lease granted(long token) {
    var current = session;
    if (current == null || !current.isMine()) {
      return null;
    }
    leases.wakes(id, current::renewNow);
    if (!leases.isKept(id)) {
      leases.forget(id);
    }
    session = null;
    isSent = false;
    return new Lease(current, claim, token);
  }

  /** Leaves nothing behind of what was not granted. */
  void end() {
    var current = session;
    if (current != null) {
      current.close();
    } else if (isSent) {
      leases.disown(id);
    } else if (!leases.isKept(id)) {
      leases.forget(id);
    }
  }
}
