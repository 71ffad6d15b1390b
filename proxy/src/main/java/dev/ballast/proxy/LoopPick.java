package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.PeakEwma;
import dev.ballast.balancing.ResponseTimes;
import dev.ballast.balancing.Tried;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop picks a pool's backends with, and what that sees of them at the time of the pick.
 *
 * <p>What the loop has in flight at each, and how long each lately took, stand side by side, for all loops to read: a look at a backend then costs as many memory
 * accesses as there are loops, and those of thousands of backends fit into the caches. A backend's numbers get there when its {@link BackendCell} is told of this, with
 * the first look or exchange; until then whoever looks asks the cell. So a plan of thousands of backends costs its first pick next to nothing, unless the
 * algorithm itself has to know what all carry.
 *
 * <p>Owned by the loop; but for those numbers. The cells tell the one of the latest plan only ({@link PoolCell#picking}). Exchanges that have waited, or are tried again, may
 * still go by an earlier one: that is over, its numbers no longer count, and the cells are asked instead.
 */
final class LoopPick implements Loads {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle SUM;
  private static final VarHandle IS_OVER;

  static {
    try {
      SUM = MethodHandles.lookup().findVarHandle(LoopPick.class, "sum", int.class);
      IS_OVER = MethodHandles.lookup().findVarHandle(LoopPick.class, "isOver", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Stands for no exchange in flight: zero stands for a backend that this was not told of yet. */
  private static final int KNOWN = 1;

  private static final int UNKNOWN = -1;

  /** How long what the cells of a loop add up to is taken for granted, at least. */
  private static final long MOMENT_NANOS = 1_000_000;

  /** How long for each of the backends: so that adding up takes no more than a few hundredths of the time. */
  private static final long MOMENT_NANOS_EACH = 1_000;

  private final PoolPlan plan;
  private final Loop loop;
  private final int[] inFlight;

  /** Empty unless the pool picks by it. */
  private final ResponseTimes times;

  /** Of each loop that does not know its own sum: what it had in flight when that was last asked. */
  private final int[] lastSums;

  private final long[] lastSumsNanos;

  private final @Nullable Balancer own;
  private final Balancer balancer;
  private long nowNanos;

  /** What this loop has in flight at those that may be picked; {@link #UNKNOWN} until that is first asked. */
  private int sum = UNKNOWN;

  /** Whether cells no longer tell this. Opaque, as the numbers are. */
  private boolean isOver;

  /**
   * From here on what is in flight at the backends counts here, and in no earlier one.
   *
   * @param picking the plan's, of all loops
   * @param seed any
   */
  LoopPick(PoolPlan plan, Picking picking, Loop loop, long seed) {
    this.plan = plan;
    this.loop = loop;
    this.nowNanos = loop.nowNanos();
    this.inFlight = new int[plan.eligibleCount()];
    this.times =
        new ResponseTimes(
            plan.policy().isTimed() ? plan.eligibleCount() : 0, plan.handle().memoryNanos());
    this.lastSums = new int[plan.handle().loopCount()];
    Arrays.fill(lastSums, UNKNOWN);
    this.lastSumsNanos = new long[lastSums.length];
    plan.handle().cell(loop).picksBy(this);
    Balancer ofLoop = balancer(picking, loop, seed);
    this.balancer = picking.lineup().withSpares(ofLoop);
    this.own = ofLoop.equals(picking.balancer()) ? null : balancer;
    if (picking.hashKey() != null || picking.instead() != null) {
      total();
    }
  }

  private Balancer balancer(Picking picking, Loop ofLoop, long seed) {
    Balancer instead = picking.instead();
    if (instead == null) {
      return picking.balancer().forLoop(this, seed);
    }
    return new GuardedBalancer(plan, picking.balancer(), instead, ofLoop.counts())
        .forLoop(this, seed);
  }

  /** Of the plan that it belongs to; greater than those of all earlier plans of the pool. */
  long number() {
    return plan.number();
  }

  /** The loop has picked by a later plan: from now on the cells do not tell this. */
  void end() {
    IS_OVER.setOpaque(this, true);
  }

  /** What the loop's cells tell of this plan, if they do; null if they have to be asked. */
  private @Nullable LoopPick toldOn(int one) {
    LoopPick its = one == loop.index() ? this : plan.pickOf(one);
    return its == null || (boolean) IS_OVER.getOpaque(its) ? null : its;
  }

  /** An index for {@link PoolPlan#backend}, or {@link Balancer#NONE}. */
  int pick(long key, Tried tried, long atNanos) {
    nowNanos = atNanos;
    return balancer.pick(key, tried, this);
  }

  /** So many are in flight there on this loop, and so long it took; told by its cell. */
  void has(int index, int count, PeakEwma took) {
    add(index, count - Math.max(0, inFlight[index] - KNOWN));
    took(index, took);
    plan.heard(index);
  }

  /** It has lately taken so long on this loop. */
  void took(int index, PeakEwma took) {
    if (plan.policy().isTimed()) {
      times.set(index, took);
    }
  }

  /** It has said how busy it is. */
  void heard(int index) {
    plan.heard(index);
  }

  /** An exchange with the backend has begun on this loop. */
  void began(int index) {
    add(index, 1);
    if (own != null) {
      own.began(index);
    }
  }

  /** It has ended; see {@link Balancer#finished}. */
  void finished(int index, long latencyNanos, Outcome outcome) {
    add(index, -1);
    if (own != null) {
      own.finished(index, latencyNanos, outcome);
    }
  }

  private void add(int index, int change) {
    COUNT.setOpaque(inFlight, index, Math.max(KNOWN, inFlight[index]) + change);
    if (sum != UNKNOWN && index < plan.preferredCount()) {
      SUM.setOpaque(this, sum + change);
    }
  }

  @Override
  public int inFlight(int index) {
    int oneMore = inFlight[index];
    int found = isOver || oneMore == 0 ? learnt(index) : oneMore - KNOWN;
    for (int other = 0; other < lastSums.length; other++) {
      if (other != loop.index()) {
        found += inFlightOn(other, index);
      }
    }
    return found;
  }

  /** What this loop has in flight there, by the cell, which tells it from now on unless this is over. */
  private int learnt(int index) {
    BackendCell cell = plan.backend(index).cellIfAny(loop);
    if (cell == null) {
      return 0;
    }
    cell.tell(this, index);
    return (int) cell.read(BackendCounter.IN_FLIGHT);
  }

  private int inFlightOn(int other, int index) {
    LoopPick its = toldOn(other);
    int oneMore = its == null ? 0 : (int) COUNT.getOpaque(its.inFlight, index);
    return oneMore == 0 ? plan.backend(index).inFlightOn(other) : oneMore - KNOWN;
  }

  @Override
  public long total() {
    if (sum == UNKNOWN && !isOver) {
      int found = 0;
      for (int i = 0; i < plan.preferredCount(); i++) {
        found += inFlight[i] == 0 ? learnt(i) : inFlight[i] - KNOWN;
      }
      SUM.setOpaque(this, found);
    }
    long total = 0;
    for (int one = 0; one < lastSums.length; one++) {
      LoopPick its = toldOn(one);
      int known = its == null ? UNKNOWN : (int) SUM.getOpaque(its);
      total += known == UNKNOWN ? lastSum(one) : known;
    }
    return total;
  }

  /** What the loop's cells add up to, or lately did: a loop that does not know its sum is idle, or has gone over to a later plan. */
  private int lastSum(int one) {
    long lasts = Math.max(MOMENT_NANOS, plan.preferredCount() * MOMENT_NANOS_EACH);
    if (lastSums[one] == UNKNOWN || nowNanos - lastSumsNanos[one] >= lasts) {
      int found = 0;
      for (int i = 0; i < plan.preferredCount(); i++) {
        found += plan.backend(i).inFlightOn(one);
      }
      lastSums[one] = found;
      lastSumsNanos[one] = nowNanos;
    }
    return lastSums[one];
  }

  @Override
  public long responseNanos(int index) {
    if (!plan.policy().isTimed()) {
      return plan.backend(index).responseNanos(nowNanos);
    }
    long longest = Long.MIN_VALUE;
    for (int one = 0; one < lastSums.length; one++) {
      LoopPick its = toldOn(one);
      long score = its == null ? ResponseTimes.UNSET : its.times.score(index);
      longest = Math.max(longest, score == ResponseTimes.UNSET ? scoreOn(one, index) : score);
    }
    return times.nanos(longest, nowNanos);
  }

  private long scoreOn(int one, int index) {
    PeakEwma took = plan.backend(index).responsesOn(one);
    return took == null ? Long.MIN_VALUE : times.scoreOf(took);
  }

  @Override
  public int utilisation(int index) {
    return plan.utilisation(index, nowNanos);
  }
}
