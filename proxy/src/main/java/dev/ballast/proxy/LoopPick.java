package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Tried;
import org.jspecify.annotations.Nullable;

/** What one event loop picks a pool's backends with, and what that sees of them at the time of the pick. Owned by the loop. */
final class LoopPick implements Loads {
  private final PoolPlan plan;
  private final PoolHandle pool;
  private final @Nullable Balancer own;
  private final Balancer balancer;
  private long nowNanos;

  /**
   * From here on what is in flight at the backends counts in this balancer, and in no earlier one.
   *
   * @param picking the plan's, of all loops
   * @param seed any
   */
  LoopPick(PoolPlan plan, Picking picking, Loop loop, long seed) {
    this.plan = plan;
    this.pool = plan.handle();
    this.nowNanos = loop.nowNanos();
    Balancer ofLoop = balancer(picking, loop, seed);
    this.balancer = picking.lineup().withSpares(ofLoop);
    this.own = ofLoop.equals(picking.balancer()) ? null : balancer;
    for (int i = 0; i < plan.eligibleCount(); i++) {
      BackendCell cell = plan.backend(i).cellIfAny(loop);
      if (cell != null) {
        cell.tell(own, i);
      }
    }
  }

  private Balancer balancer(Picking picking, Loop loop, long seed) {
    Balancer instead = picking.instead();
    if (instead == null) {
      return picking.balancer().forLoop(this, seed);
    }
    return new GuardedBalancer(plan, picking.balancer(), instead, loop.counts())
        .forLoop(this, seed);
  }

  /** An index for {@link PoolPlan#backend}, or {@link Balancer#NONE}. */
  int pick(long key, Tried tried, long atNanos) {
    nowNanos = atNanos;
    return balancer.pick(key, tried, this);
  }

  /** Whom the loop tells what it begins and ends; null if nobody wants to know. */
  @Nullable Balancer told() {
    return own;
  }

  @Override
  public int inFlight(int index) {
    return (int) plan.backend(index).read(BackendCounter.IN_FLIGHT);
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
