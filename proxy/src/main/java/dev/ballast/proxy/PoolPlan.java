package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.ReportedLoads;
import dev.ballast.balancing.Tried;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A pool as the event loops see it: who may be picked, and how. Immutable but for the sequence and what each loop remembers of its own picks; built anew when a member, its
 * eligibility or the pool changes, and shared by all snapshots in which none of these does.
 */
final class PoolPlan {
  /** Odd, and without pattern (the golden ratio's fraction). */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final long number;
  private final PoolHandle handle;
  private final ExchangePolicy policy;
  private final List<PoolMember> members;
  private final Eligibility eligibility;
  private final BackendHandle[] eligible;
  private final Picking picking;

  /** Made when a loop first picks. */
  private final AtomicReferenceArray<@Nullable LoopPick> ofLoops;

  /** What the backends have said, as far as any loop has been told; empty unless the pool picks by it. */
  private final ReportedLoads reports;

  private final int[] percents;
  private final @Nullable StickyPlan sticky;

  /**
   * @param members all of them, sorted by name
   * @param eligibility in the order of the members
   * @param eligible in the order of the line-up: those that may be picked, then the spares
   * @param picking how
   * @param percents of its weight that each of the members gets; empty: all get all of it
   * @param sticky in the order of {@code eligible}; null if clients need not stay
   */
  PoolPlan(
      PoolHandle handle,
      ExchangePolicy policy,
      List<PoolMember> members,
      Eligibility eligibility,
      BackendHandle[] eligible,
      Picking picking,
      int[] percents,
      @Nullable StickyPlan sticky) {
    this.number = handle.nextPlan();
    this.handle = handle;
    this.policy = policy;
    this.members = members;
    this.eligibility = eligibility;
    this.eligible = eligible;
    this.picking = picking;
    this.ofLoops = new AtomicReferenceArray<>(handle.loopCount());
    this.reports =
        new ReportedLoads(policy.hearsLoad() ? eligible.length : 0, handle.memoryNanos());
    this.percents = percents;
    this.sticky = sticky;
  }

  String name() {
    return handle.name();
  }

  /** Greater than those of all earlier plans of the pool. */
  long number() {
    return number;
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

  /** Whether the request itself says where it goes. */
  boolean isByHash() {
    return picking.hashKey() != null;
  }

  /** What a request is picked by, if it is by hash; any if the request does not say. */
  long hash(Loop loop, RequestHead head, Origin origin) {
    HashKey hashKey = picking.hashKey();
    return hashKey == null ? 0 : hashKey.of(head, origin, nextKey(loop) * SPREAD);
  }

  /** The same of a stream. */
  long hash(Loop loop, Peer peer) {
    HashKey hashKey = picking.hashKey();
    return hashKey == null ? 0 : hashKey.of(peer, nextKey(loop) * SPREAD);
  }

  /** Why it does not pick as it was told to; null if it does. */
  @Nullable BindFailure trouble() {
    return picking.trouble();
  }

  /** An index for {@link #backend}, or {@link Balancer#NONE}. */
  int pick(Loop loop, long key, Tried tried, long nowNanos) {
    LoopPick own = ofLoops.getPlain(loop.index());
    if (own == null) {
      own = new LoopPick(this, picking, loop, key);
      ofLoops.setRelease(loop.index(), own);
    }
    return own.pick(key, tried, nowNanos);
  }

  /**
   * What the loop picks with; null before its first pick. Any loop may ask: what another one has made is whole once it can be seen.
   */
  @Nullable LoopPick pickOf(int loop) {
    return ofLoops.getAcquire(loop);
  }

  /** The backend may have said how busy it is; any loop. */
  void heard(int index) {
    if (policy.hearsLoad()) {
      reports.set(index, eligible[index].busyness());
    }
  }

  /** The backends know their places here from now on; control thread only. */
  void place() {
    for (int i = 0; i < eligible.length; i++) {
      eligible[i].place(i);
    }
  }

  /** The backend at this place, if that is still the one, has said how busy it is; any loop. */
  void heard(BackendHandle from, int place) {
    if (place < eligible.length && eligible[place].equals(from)) {
      heard(place);
    }
  }

  /** How busy the backend says it is, in thousandths; 0 if it did not say, or not lately. */
  int utilisation(int index, long nowNanos) {
    int said = policy.hearsLoad() ? reports.thousandths(index, nowNanos) : ReportedLoads.UNSET;
    return said == ReportedLoads.UNSET ? eligible[index].utilisation(nowNanos) : said;
  }

  BackendHandle backend(int index) {
    return eligible[index];
  }

  /** Where the backend stands, or {@link Balancer#NONE}; the latest plan alone knows. */
  int indexOf(BackendHandle one) {
    int place = one.place();
    return place < eligible.length && eligible[place].equals(one) ? place : Balancer.NONE;
  }

  List<PoolMember> members() {
    return members;
  }

  /** The running side of the member of this name; null if there is none. */
  @Nullable BackendHandle named(String id) {
    int low = 0;
    int high = members.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = members.get(middle).id().compareTo(id);
      if (order == 0) {
        return members.get(middle).handle();
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return null;
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

  /** How many may be picked at first: theirs are the first indexes. */
  int preferredCount() {
    return picking.lineup().preferredCount();
  }

  /** How many may be picked, if others have failed. */
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
