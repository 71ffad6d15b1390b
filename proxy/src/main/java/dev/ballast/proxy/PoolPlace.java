package dev.ballast.proxy;

import dev.ballast.balancing.RetryBudget;
import dev.ballast.model.Retries;
import org.jspecify.annotations.Nullable;

/**
 * The place of one exchange or stream in its pool: let in, waiting, or neither. The pool's circuit breaker says how many may be
 * in and how many may wait. Owned by the event loop of the exchange, which reuses it.
 *
 * <p>Those that wait stand in the line of their own loop; a place that becomes free goes to the loop whose first one has waited
 * longest. Nobody who comes later overtakes: as long as anybody waits, all have to.
 */
final class PoolPlace {
  /** Whose place it is. */
  interface Owner {
    /** There is room now, after it had to wait. */
    void admitted(long nowNanos);
  }

  /** What came of asking for room. */
  enum Outcome {
    ADMITTED,
    WAITING,
    /** Too many wait already. */
    FULL
  }

  private enum State {
    OUT,
    WAITING,
    IN
  }

  private final Loop loop;
  @Nullable PoolPlace previous;
  @Nullable PoolPlace next;
  private State state = State.OUT;
  private @Nullable PoolHandle pool;
  private @Nullable Owner owner;
  private long sinceNanos;
  private boolean isStarved;
  private boolean isRetrying;
  private boolean isOverBudget;

  PoolPlace(Loop loop) {
    this.loop = loop;
  }

  /** Asks for a place in the pool. */
  Outcome enter(PoolHandle into, Owner whose, long nowNanos) {
    owner = whose;
    pool = into;
    sinceNanos = nowNanos;
    isOverBudget = false;
    if (!into.isAnyWaiting() && hasRoom(nowNanos)) {
      takePlace(into);
      return Outcome.ADMITTED;
    }
    return await(into, false) ? Outcome.WAITING : Outcome.FULL;
  }

  /**
   * Gives its place up until there is a connection to be had; answers false if too many wait already. It came before all that
   * wait on its loop, and so it waits before them.
   */
  boolean awaitConnection() {
    PoolHandle in = pool;
    if (in == null || state != State.IN) {
      return false;
    }
    leavePlace(in);
    isStarved = true;
    if (!await(in, true)) {
      return false;
    }
    in.closeOneIdleElsewhere(loop);
    return true;
  }

  private boolean await(PoolHandle in, boolean isFirst) {
    if (!in.beginWaiting(in.breaker().pending(), isStarved)) {
      isStarved = false;
      return false;
    }
    state = State.WAITING;
    in.cell(loop).await(this, isFirst);
    in.madeRoom(in.cell(loop));
    return true;
  }

  boolean isWaiting() {
    return state == State.WAITING;
  }

  /** When it began to ask. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** Whether the limits let one more in. */
  boolean hasRoom(long nowNanos) {
    PoolHandle in = pool;
    if (in == null) {
      return false;
    }
    PoolCell cell = in.cell(loop);
    return cell.hasRoom(in.breaker().requests(), nowNanos)
        && (!isStarved || cell.hasIdle() || hasConnectionsLeft(in));
  }

  /** Whether one more connection may be opened, perhaps in place of an idle one. */
  boolean mayConnect() {
    PoolHandle in = pool;
    return in == null || hasConnectionsLeft(in) || in.cell(loop).closeOneIdle();
  }

  private boolean hasConnectionsLeft(PoolHandle in) {
    return in.read(PoolCounter.CONNECTIONS) < in.breaker().connections();
  }

  /** From the line into the pool. */
  void letIn(long nowNanos) {
    PoolHandle in = pool;
    Owner whose = owner;
    if (in != null && whose != null) {
      leaveLine(in);
      takePlace(in);
      whose.admitted(nowNanos);
    }
  }

  /** Whether the pool's budget allows to try once more; if so, that is counted until {@link #endRetry}. */
  boolean mayRetry(Retries retries) {
    PoolHandle in = pool;
    if (in == null || state != State.IN) {
      return false;
    }
    if (isRetrying) {
      return true;
    }
    isRetrying =
        RetryBudget.allows(retries, in.read(PoolCounter.IN_FLIGHT), in.read(PoolCounter.RETRYING));
    if (isRetrying) {
      in.cell(loop).counts().increment(PoolCounter.RETRYING);
    } else if (!isOverBudget) {
      isOverBudget = true;
      loop.count(Counter.RETRIES_OVER_BUDGET);
    }
    return isRetrying;
  }

  /** Leaves the pool, or the line. */
  void leave() {
    PoolHandle in = pool;
    if (in == null) {
      return;
    }
    switch (state) {
      case IN -> leavePlace(in);
      case WAITING -> leaveLine(in);
      case OUT -> {}
    }
    endRetry();
    pool = null;
    in.madeRoom(in.cell(loop));
  }

  /** The retry has come to an answer, or to nothing: others may have it. */
  void endRetry() {
    if (isRetrying && pool != null) {
      isRetrying = false;
      pool.cell(loop).counts().decrement(PoolCounter.RETRYING);
    }
  }

  private void takePlace(PoolHandle in) {
    state = State.IN;
    in.cell(loop).counts().increment(PoolCounter.IN_FLIGHT);
  }

  private void leavePlace(PoolHandle in) {
    state = State.OUT;
    in.cell(loop).counts().decrement(PoolCounter.IN_FLIGHT);
  }

  private void leaveLine(PoolHandle in) {
    state = State.OUT;
    in.cell(loop).remove(this);
    in.endWaiting(isStarved);
    isStarved = false;
  }
}
