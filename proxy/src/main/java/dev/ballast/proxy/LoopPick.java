package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Outcome;
import dev.ballast.balancing.Tried;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop picks a pool's backends with, and what that sees of them at the time of the pick.
 *
 * <p>What the loop has in flight at each stands in one array, side by side, for all loops to read: a look at a backend then costs as many memory
 * accesses as there are loops, and those of thousands of backends fit into the caches. Owned by the loop; but for those numbers.
 */
final class LoopPick implements Loads {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle SUM;

  static {
    try {
      SUM = MethodHandles.lookup().findVarHandle(LoopPick.class, "sum", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int UNASKED = -1;

  private final PoolPlan plan;
  private final int loop;
  private final int[] inFlight;

  /**
   * Of each loop that has not picked here yet: what it had in flight when that was first asked, which can only have become less. {@link #UNASKED}
   * before.
   */
  private final int[] before;

  private final @Nullable Balancer own;
  private final Balancer balancer;
  private long nowNanos;

  /** What this loop has in flight at those that may be picked. */
  private int sum;

  /**
   * From here on what is in flight at the backends counts here, and in no earlier one.
   *
   * @param picking the plan's, of all loops
   * @param seed any
   */
  LoopPick(PoolPlan plan, Picking picking, Loop loop, long seed) {
    this.plan = plan;
    this.loop = loop.index();
    this.nowNanos = loop.nowNanos();
    this.inFlight = new int[plan.eligibleCount()];
    this.before = new int[plan.handle().loopCount()];
    Arrays.fill(before, UNASKED);
    for (int i = 0; i < inFlight.length; i++) {
      inFlight[i] = plan.backend(i).inFlightOn(this.loop);
    }
    for (int i = 0; i < plan.preferredCount(); i++) {
      sum += inFlight[i];
    }
    Balancer ofLoop = balancer(picking, loop, seed);
    this.balancer = picking.lineup().withSpares(ofLoop);
    this.own = ofLoop.equals(picking.balancer()) ? null : balancer;
    for (PoolMember member : plan.members()) {
      BackendCell cell = member.handle().cellIfAny(loop);
      if (cell != null) {
        cell.tellNobody(this);
      }
    }
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
    add(index, count - inFlight[index]);
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
    COUNT.setOpaque(inFlight, index, inFlight[index] + change);
    if (index < plan.preferredCount()) {
      SUM.setOpaque(this, sum + change);
    }
  }

  /** What this loop has in flight at all backends that may be picked; for other loops. */
  int totalHere() {
    return (int) SUM.getOpaque(this);
  }

  /** What this loop has in flight at the backend; for other loops. */
  int inFlightHere(int index) {
    return (int) COUNT.getOpaque(inFlight, index);
  }

  @Override
  public int inFlight(int index) {
    int found = inFlight[index];
    for (int other = 0; other < before.length; other++) {
      if (other != loop) {
        LoopPick its = plan.pickOf(other);
        found += its == null ? plan.backend(index).inFlightOn(other) : its.inFlightHere(index);
      }
    }
    return found;
  }

  @Override
  public long total() {
    long total = sum;
    for (int other = 0; other < before.length; other++) {
      if (other != loop) {
        LoopPick its = plan.pickOf(other);
        total += its == null ? before(other) : its.totalHere();
      }
    }
    return total;
  }

  private int before(int other) {
    if (before[other] == UNASKED) {
      before[other] = 0;
      for (int i = 0; i < plan.preferredCount(); i++) {
        before[other] += plan.backend(i).inFlightOn(other);
      }
    }
    return before[other];
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
