package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop picks a pool's backends with, and what that sees of them at the time of the pick.
 *
 * <p>What the loop has in flight at each stands in one array, side by side, for all loops to read: a look at a backend then costs as many memory
 * accesses as there are loops, and those of thousands of backends fit into the caches. Owned by the loop; but for those numbers.
 */
final class LoopPick implements Loads {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);

  private final PoolPlan plan;
  private final PoolHandle pool;
  private final int loop;
  private final int[] inFlight;
  private final @Nullable Balancer own;
  private final Balancer balancer;
  private long nowNanos;

  /**
   * From here on what is in flight at the backends counts here, and in no earlier one.
   *
   * @param picking the plan's, of all loops
   * @param seed any
   */
  LoopPick(PoolPlan plan, Picking picking, Loop loop, long seed) {
    this.plan = plan;
    this.pool = plan.handle();
    this.loop = loop.index();
    this.nowNanos = loop.nowNanos();
    this.inFlight = new int[plan.eligibleCount()];
    for (int i = 0; i < inFlight.length; i++) {
      inFlight[i] = plan.backend(i).inFlightOn(this.loop);
    }
    Balancer ofLoop = balancer(picking, loop, seed);
    this.balancer = picking.lineup().withSpares(ofLoop);
    this.own = ofLoop.equals(picking.balancer()) ? null : balancer;
    for (int i = 0; i < inFlight.length; i++) {
      BackendCell cell = plan.backend(i).cellIfAny(loop);
      if (cell != null) {
        cell.tell(this, i);
      }
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

  /** Whether it belongs to a later plan of the pool. */
  boolean isAfter(LoopPick other) {
    return plan.number() > other.plan.number();
  }

  /** An index for {@link PoolPlan#backend}, or {@link Balancer#NONE}. */
  int pick(long key, Tried tried, long atNanos) {
    nowNanos = atNanos;
    return balancer.pick(key, tried, this);
  }

  /** So many are in flight there on this loop. */
  void has(int index, int count) {
    COUNT.setOpaque(inFlight, index, count);
  }

  /** An exchange with the backend has begun on this loop. */
  void began(int index) {
    COUNT.setOpaque(inFlight, index, inFlight[index] + 1);
    if (own != null) {
      own.began(index);
    }
  }

  /** It has ended; see {@link Balancer#finished}. */
  void finished(int index, long latencyNanos, Outcome outcome) {
    COUNT.setOpaque(inFlight, index, inFlight[index] - 1);
    if (own != null) {
      own.finished(index, latencyNanos, outcome);
    }
  }

  /** What this loop has in flight at the backend; for other loops. */
  int inFlightHere(int index) {
    return (int) COUNT.getOpaque(inFlight, index);
  }

  @Override
  public int inFlight(int index) {
    return inFlight[index] + plan.inFlightElsewhere(loop, index);
  }

  @Override
  public long total() {
    return pool.read(PoolCounter.IN_FLIGHT);
  }

  @Override
  public long responseNanos(int index) {
    return plan.backend(index).responseNanos(nowNanos);
  }

  @Override
  public int utilisation(int index) {
    return plan.backend(index).utilisation(nowNanos);
  }
}
