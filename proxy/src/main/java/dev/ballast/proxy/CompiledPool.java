package dev.ballast.proxy;

import dev.ballast.model.Item;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A pool as the compiler remembers it from one snapshot to the next.
 *
 * @param members sorted by name
 * @param hostNames what the names service must resolve for it
 * @param unresolved members that wait for their address
 */
record CompiledPool(
    Item item,
    List<PoolMember> members,
    PoolPlan plan,
    RoundRobinSequence sequence,
    Set<String> hostNames,
    List<BackendHandle> unresolved) {

  /** Whether time or a resolved name may have changed who is eligible. */
  boolean isOutdated(Instant now) {
    return plan.eligibility().nextChange().filter(due -> !due.isAfter(now)).isPresent()
        || unresolved.stream().anyMatch(BackendHandle::isAddressKnown);
  }
}
