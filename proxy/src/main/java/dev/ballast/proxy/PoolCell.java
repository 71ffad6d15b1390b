package dev.ballast.proxy;

import dev.ballast.balancing.FirstByteEstimate;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop owns of one pool: its numbers, how long answers take to begin, and those that wait for room, in the order
 * in which they came. All but reading the numbers and asking it to look happens on the loop.
 */
final class PoolCell {
  static final long NOBODY_WAITS = Long.MAX_VALUE;

  /** This far below a limit, the other loops' numbers may be a moment old. */
  private static final long FAR = 256;

  private static final long MOMENT_NANOS = 1_000_000;
  private static final VarHandle WAITING_SINCE;

  static {
    try {
      WAITING_SINCE =
          MethodHandles.lookup().findVarHandle(PoolCell.class, "waitingSinceNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Loop loop;
  private final PoolHandle pool;
  private final Tally<PoolCounter> counts = new Tally<>(PoolCounter.class);
  private final FirstByteEstimate firstBytes;
  private final Durations connects = new Durations();
  private final Durations answers = new Durations();
  private final AtomicBoolean isLookDue = new AtomicBoolean();
  private final Runnable look = this::look;
  private @Nullable LoopPick picking;
  private @Nullable BackendCell firstIdle;
  private long elsewhere;
  private long elsewhereNanos;
  private @Nullable PoolPlace first;
  private @Nullable PoolPlace last;

  @SuppressWarnings("UnusedVariable") // read and written through its handle
  private long waitingSinceNanos = NOBODY_WAITS;

  PoolCell(Loop loop, PoolHandle pool) {
    this.loop = loop;
    this.pool = pool;
    this.firstBytes = new FirstByteEstimate(loop.nowNanos());
    this.elsewhereNanos = loop.nowNanos() - MOMENT_NANOS;
  }

  Tally<PoolCounter> counts() {
    return counts;
  }

  /** What the loop picks with in the latest plan by which it has picked; null before the first. */
  @Nullable LoopPick picking() {
    return picking;
  }

  /** From now on it picks by this, unless that belongs to an earlier plan. The other of the two is over. */
  void picksBy(LoopPick next) {
    LoopPick latest = picking;
    if (latest != null && next.number() <= latest.number()) {
      next.end();
      return;
    }
    picking = next;
    if (latest != null) {
      latest.end();
    }
  }

  /** How long connects to the pool's backends take, handshakes included. */
  Durations connects() {
    return connects;
  }

  /** How long the pool's backends take from a request to the first byte of its answer. */
  Durations answers() {
    return answers;
  }

  FirstByteEstimate firstBytes() {
    return firstBytes;
  }

  /**
   * Whether fewer than {@code limit} are in flight on all loops. Near the limit the numbers of the others are read each time;
   * far below it once in a moment, so that the loops do not wrest their numbers from each other for each request.
   */
  boolean hasRoom(long limit, long nowNanos) {
    long here = counts.read(PoolCounter.IN_FLIGHT);
    if (nowNanos - elsewhereNanos < MOMENT_NANOS && 2 * (here + elsewhere + FAR) < limit) {
      return true;
    }
    long everywhere = pool.read(PoolCounter.IN_FLIGHT);
    elsewhere = everywhere - here;
    elsewhereNanos = nowNanos;
    return everywhere < limit;
  }

  /** Whether this loop has an idle connection to any backend of the pool. */
  boolean hasIdle() {
    return counts.read(PoolCounter.IDLE) > 0;
  }

  /** The backend now has {@code left} idle connections here, one more or one fewer than before. */
  void countIdle(BackendCell of, int left, int change) {
    counts.add(PoolCounter.IDLE, change);
    if (change > 0 && left == 1) {
      link(of);
    } else if (change < 0 && left == 0) {
      unlink(of);
    }
  }

  private void link(BackendCell cell) {
    BackendCell after = firstIdle;
    cell.nextIdle = after;
    if (after != null) {
      after.previousIdle = cell;
    }
    firstIdle = cell;
  }

  private void unlink(BackendCell cell) {
    BackendCell before = cell.previousIdle;
    BackendCell after = cell.nextIdle;
    if (before == null) {
      firstIdle = after;
    } else {
      before.nextIdle = after;
    }
    if (after != null) {
      after.previousIdle = before;
    }
    cell.previousIdle = null;
    cell.nextIdle = null;
  }

  /** Closes an idle connection to any backend of the pool; answers whether there was one. */
  boolean closeOneIdle() {
    BackendCell cell = firstIdle;
    if (cell == null) {
      return false;
    }
    cell.closeOldestIdle();
    return true;
  }

  boolean isAnyWaiting() {
    return first != null;
  }

  /** Whether somebody waits for a connection, and on other loops only. */
  boolean isWantedElsewhere() {
    return pool.isAnyStarved() && first == null;
  }

  /** The same, asked by another loop. */
  void closeOneIdleSoon() {
    loop.eventLoop().execute(this::closeOneIdle);
  }

  /** Since when its first one waits, or {@link #NOBODY_WAITS}. Opaque: readers compare, nothing hangs on it. */
  long waitingSinceNanos() {
    return (long) WAITING_SINCE.getOpaque(this);
  }

  /** @param isFirst whether it waits before all others: it has waited before */
  void await(PoolPlace place, boolean isFirst) {
    PoolPlace before = isFirst ? null : last;
    PoolPlace after = isFirst ? first : null;
    place.previous = before;
    place.next = after;
    if (before == null) {
      first = place;
    } else {
      before.next = place;
    }
    if (after == null) {
      last = place;
    } else {
      after.previous = place;
    }
    counts.increment(PoolCounter.WAITING);
    publish();
  }

  void remove(PoolPlace place) {
    PoolPlace before = place.previous;
    PoolPlace after = place.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    place.previous = null;
    place.next = null;
    counts.decrement(PoolCounter.WAITING);
    publish();
  }

  private void publish() {
    WAITING_SINCE.setOpaque(this, first == null ? NOBODY_WAITS : first.sinceNanos());
  }

  /** Has the loop look, soon, whether those that wait can go on. For all threads. */
  void lookSoon() {
    if (isLookDue.compareAndSet(false, true)) {
      loop.eventLoop().execute(look);
    }
  }

  /**
   * Lets in as many as there is room for; what nobody here can use is offered to the other loops, an idle connection that
   * somebody there waits for included.
   */
  private void look() {
    isLookDue.set(false);
    long nowNanos = loop.nowNanos();
    PoolPlace next = first;
    while (next != null && next.hasRoom(nowNanos)) {
      next.letIn(nowNanos);
      next = first;
    }
    if (next == null) {
      if (isWantedElsewhere()) {
        closeOneIdle();
      }
      pool.madeRoom(this);
    }
  }
}
