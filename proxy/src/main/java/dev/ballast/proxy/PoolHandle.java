package dev.ballast.proxy;

import dev.ballast.balancing.FirstByteEstimate;
import dev.ballast.balancing.OutlierDetector;
import dev.ballast.model.Algorithm;
import dev.ballast.model.CircuitBreaker;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The running side of one pool, carried from snapshot to snapshot by its name: each event loop's share of it. It knows nothing
 * of any snapshot.
 *
 * <p>Limits hold for the sum over the loops. Each loop writes its own numbers and adds up those of all when it asks for room,
 * so two that ask at the same moment may both get the last place: the sum is exact to within the number of loops.
 */
final class PoolHandle {
  private final String name;
  private final Instant appeared;
  private final RoundRobinSequence sequence;
  private final AtomicReferenceArray<@Nullable PoolCell> cells;
  private final Runnable onSuspicion;
  private volatile int suspectAfter;
  private volatile long memoryNanos = Algorithm.LeastResponseTime.DEFAULT_DECAY.toNanos();
  private volatile @Nullable BindFailure trouble;
  private volatile int panicThreshold;
  private volatile CircuitBreaker breaker = CircuitBreaker.defaults();

  /** Written only when somebody has to wait: the road of others just reads it. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Those that wait for a connection, among them. */
  private final AtomicInteger starved = new AtomicInteger();

  private volatile @Nullable PoolPlan latest;

  /** Control thread only. */
  private long plans;

  private final StickyTokens stickyTokens;

  /** Judges the backends; control thread only. */
  private final OutlierDetector<BackendHandle> outliers = new OutlierDetector<>();

  /**
   * @param appeared when this LB server first saw it
   * @param onSuspicion what to do when a backend has failed often enough in a row to be judged; soon, and elsewhere
   */
  PoolHandle(
      String name, Instant appeared, int loops, RandomGenerator random, Runnable onSuspicion) {
    this.name = name;
    this.appeared = appeared;
    this.sequence = new RoundRobinSequence(loops, random);
    this.onSuspicion = onSuspicion;
    this.stickyTokens = new StickyTokens(name);
    this.cells = new AtomicReferenceArray<>(loops);
  }

  String name() {
    return name;
  }

  Instant appeared() {
    return appeared;
  }

  /** How many event loops there are. */
  int loopCount() {
    return cells.length();
  }

  RoundRobinSequence sequence() {
    return sequence;
  }

  /** The number of the pool's next plan; control thread only. */
  long nextPlan() {
    return ++plans;
  }

  /** The pool's latest plan, whether any loop picks by it yet or not; null before the first. */
  @Nullable PoolPlan latest() {
    return latest;
  }

  /** From now on this is the latest; control thread only. */
  void follow(PoolPlan plan) {
    plan.place();
    latest = plan;
  }

  /** Whereby clients stay with its backends; control thread only. */
  StickyTokens stickyTokens() {
    return stickyTokens;
  }

  OutlierDetector<BackendHandle> outliers() {
    return outliers;
  }

  /** After how many failures of a backend in a row it is to be judged; 0: never. */
  int suspectAfter() {
    return suspectAfter;
  }

  void suspectAfter(int failuresInRow) {
    suspectAfter = failuresInRow;
  }

  /** How long what the backends took, or said of themselves, is remembered. */
  long memoryNanos() {
    return memoryNanos;
  }

  void remember(Duration memory) {
    memoryNanos = memory.toNanos();
  }

  /** The pool is in panic when a smaller share than this is eligible, in percent; 0: never. */
  int panicThreshold() {
    return panicThreshold;
  }

  void panicBelow(int percent) {
    panicThreshold = percent;
  }

  /** How many may be in, and how many may wait. */
  CircuitBreaker breaker() {
    return breaker;
  }

  /** From now on these limits hold, also for those that wait already; control thread only. */
  void limit(CircuitBreaker limits) {
    if (!breaker.equals(limits)) {
      breaker = limits;
      if (isAnyWaiting()) {
        lookEverywhere();
      }
    }
  }

  private void lookEverywhere() {
    for (int i = 0; i < cells.length(); i++) {
      PoolCell cell = cells.getAcquire(i);
      if (cell != null) {
        cell.lookSoon();
      }
    }
  }

  /** Why no connection to its backends comes about, as TLS with them lacks a certificate; null if it does not. */
  @Nullable BindFailure trouble() {
    return trouble;
  }

  void trouble(@Nullable BindFailure now) {
    trouble = now;
  }

  /** A backend has failed as often in a row. */
  void suspect() {
    onSuspicion.run();
  }

  /** The loop's own share; made when the loop first needs it. Called on the loop. */
  PoolCell cell(Loop loop) {
    PoolCell cell = cells.getPlain(loop.index());
    if (cell == null) {
      cell = new PoolCell(loop, this);
      cells.setRelease(loop.index(), cell);
    }
    return cell;
  }

  /** Sum over the loops. */
  long read(PoolCounter what) {
    long sum = 0;
    for (int i = 0; i < cells.length(); i++) {
      PoolCell cell = cells.getAcquire(i);
      sum += cell == null ? 0 : cell.counts().read(what);
    }
    return sum;
  }

  /** One of the durations that each loop measures. */
  List<Durations> durations(Function<PoolCell, Durations> which) {
    var all = new ArrayList<Durations>();
    for (int i = 0; i < cells.length(); i++) {
      PoolCell cell = cells.getAcquire(i);
      if (cell != null) {
        all.add(which.apply(cell));
      }
    }
    return all;
  }

  /**
   * Within what nearly all answers begin, or {@link FirstByteEstimate#UNKNOWN}: as the loop knows it, or else as the one does that has had
   * to wait longest. Called on the loop.
   */
  long p99Nanos(Loop loop) {
    long nanos = cell(loop).firstBytes().p99Nanos();
    if (nanos != FirstByteEstimate.UNKNOWN) {
      return nanos;
    }
    for (int i = 0; i < cells.length(); i++) {
      PoolCell cell = cells.getAcquire(i);
      nanos = cell == null ? nanos : Math.max(nanos, cell.firstBytes().p99Nanos());
    }
    return nanos;
  }

  /** Whether anybody waits for room, on any loop. */
  boolean isAnyWaiting() {
    return waiting.getOpaque() > 0;
  }

  /** Whether anybody waits for a connection, on any loop. */
  boolean isAnyStarved() {
    return starved.getOpaque() > 0;
  }

  /** One more waits, unless as many as may do. */
  boolean beginWaiting(int most, boolean isStarved) {
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      return false;
    }
    if (isStarved) {
      starved.incrementAndGet();
    }
    return true;
  }

  void endWaiting(boolean wasStarved) {
    waiting.decrementAndGet();
    if (wasStarved) {
      starved.decrementAndGet();
    }
  }

  /** Has one other loop close an idle connection, so that the asking one, which has none, may open one. */
  void closeOneIdleElsewhere(Loop asking) {
    for (int i = 0; i < cells.length(); i++) {
      PoolCell cell = cells.getAcquire(i);
      if (i != asking.index() && cell != null && cell.hasIdle()) {
        cell.closeOneIdleSoon();
        return;
      }
    }
  }

  /**
   * A place may have become free: the loop whose first one has waited longest looks, and the loop itself, since it may have an
   * idle connection that nobody else can use.
   *
   * <p>The fence keeps the number that was lowered before it from being seen later than the look at who waits; whoever begins
   * to wait does the same the other way round, so one of the two sees the other.
   */
  void madeRoom(PoolCell here) {
    VarHandle.fullFence();
    if (waiting.getOpaque() == 0) {
      return;
    }
    PoolCell longest = null;
    long sinceNanos = PoolCell.NOBODY_WAITS;
    for (int i = 0; i < cells.length(); i++) {
      PoolCell cell = cells.getAcquire(i);
      long otherNanos = cell == null ? PoolCell.NOBODY_WAITS : cell.waitingSinceNanos();
      if (otherNanos != PoolCell.NOBODY_WAITS && (longest == null || otherNanos - sinceNanos < 0)) {
        longest = cell;
        sinceNanos = otherNanos;
      }
    }
    if (longest != null) {
      longest.lookSoon();
    }
    if (isAnyStarved() && (here.isAnyWaiting() || here.hasIdle())) {
      here.lookSoon();
    }
  }
}
