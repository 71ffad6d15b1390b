package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Tried;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool as the event loops see it: who may be picked, and how. Immutable but for the sequence; built anew when a member, its
 * eligibility or the pool changes, and shared by all snapshots in which none of these does.
 */
final class PoolPlan implements Loads {
  private final PoolHandle handle;
  private final ExchangePolicy policy;
  private final List<PoolMember> members;
  private final Eligibility eligibility;
  private final BackendHandle[] eligible;
  private final Balancer balancer;
  private final int[] percents;
  private final @Nullable StickyPlan sticky;

  /**
   * @param members all of them, sorted by name
   * @param eligibility in the order of the members
   * @param eligible those that may be picked, in the order that the balancer was built with
   * @param percents of its weight that each of the members gets; empty: all get all of it
   * @param sticky in the order of {@code eligible}; null if clients need not stay
   */
  PoolPlan(
      PoolHandle handle,
      ExchangePolicy policy,
      List<PoolMember> members,
      Eligibility eligibility,
      BackendHandle[] eligible,
      Balancer balancer,
      int[] percents,
      @Nullable StickyPlan sticky) {
    this.handle = handle;
    this.policy = policy;
    this.members = members;
    this.eligibility = eligibility;
    this.eligible = eligible;
    this.balancer = balancer;
    this.percents = percents;
    this.sticky = sticky;
  }

  String name() {
    return handle.name();
  }

  PoolHandle handle() {
    return handle;
  }

  ExchangePolicy policy() {
    return policy;
  }

  @Nullable StickyPlan sticky() {
    return sticky;
  }

  /** What the loop's next exchange is picked by. */
  long nextKey(Loop loop) {
    return handle.sequence().next(loop.index());
  }

  /** An index for {@link #backend}, or {@link Balancer#NONE}. */
  int pick(long key, Tried tried) {
    return balancer.pick(key, tried, this);
  }

  BackendHandle backend(int index) {
    return eligible[index];
  }

  @Override
  public int inFlight(int index) {
    return (int) eligible[index].read(BackendCounter.IN_FLIGHT);
  }

  List<PoolMember> members() {
    return members;
  }

  Eligibility eligibility() {
    return eligibility;
  }

  /** Why the member may be picked or not, and whether it starts slowly. */
  String reason(int member) {
    String reason = eligibility.reason(member);
    boolean isStarting = percents.length > 0 && percents[member] < 100;
    return isStarting ? reason + "; starts at " + percents[member] + " % of its weight" : reason;
  }

  int eligibleCount() {
    return eligible.length;
  }

  /** Why nobody may be picked, for the answer to the client. */
  String whyNone() {
    if (members.isEmpty()) {
      return "pool " + name() + " has no backends";
    }
    return "none of the "
        + members.size()
        + " backends of pool "
        + name()
        + " may be picked; "
        + members.getFirst().id()
        + " is "
        + eligibility.reason(0);
  }
}
