package dev.ballast.proxy;

import dev.ballast.balancing.Placement;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.Item;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pool as the compiler remembers it from one snapshot to the next.
 *
 * @param members sorted by name
 * @param placement of the keys, if it hashes
 * @param keys that clients are told with whom to stay
 * @param hostNames what the names service must resolve for it
 * @param unresolved members that wait for their address
 * @param nextChange when time alone may change the plan
 */
record CompiledPool(
    Item item,
    List<PoolMember> members,
    PoolPlan plan,
    @Nullable Placement placement,
    PoolHandle handle,
    FleetSecrets keys,
    Set<String> hostNames,
    List<BackendHandle> unresolved,
    Optional<Instant> nextChange) {

  /** Whether time or a resolved name may have changed who is eligible, and how much each gets. */
  boolean isOutdated(Instant now) {
    return nextChange.filter(due -> !due.isAfter(now)).isPresent()
        || unresolved.stream().anyMatch(BackendHandle::isAddressKnown);
  }
}
