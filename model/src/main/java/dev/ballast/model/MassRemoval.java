package dev.ballast.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The guard against mass removal: an apply that empties a pool, or removes more than half of the backends of a pool or of
 * the listeners of a load balancer, is more likely a mistake than a wish.
 */
final class MassRemoval {
  private static final int NAMES_SHOWN = 20;

  private MassRemoval() {}

  /** @throws Refused with the list of what would go */
  static void check(Current before, Current after, Set<ItemKey> deletes) {
    var backends =
        deletes.stream()
            .filter(key -> key.kind() == Kind.BACKEND)
            .collect(
                Collectors.groupingBy(ItemKey::pool, java.util.TreeMap::new, Collectors.toList()));
    backends.forEach(
        (pool, removed) -> {
          long had = before.backends(pool).count();
          long left = after.backends(pool).count();
          if (left == 0 || isMoreThanHalf(removed.size(), had)) {
            refuse(
                removed.size() + " of " + had + " backends of Pool " + pool,
                removed.stream().map(ItemKey::id).toList(),
                removed);
          }
        });
    before.all(LoadBalancer.class).forEach(loadBalancer -> checkListeners(loadBalancer, after));
  }

  private static void checkListeners(LoadBalancer before, Current after) {
    var removed = new ArrayList<>(before.listeners().stream().map(Listener::name).toList());
    if (after.find(before.key()) instanceof LoadBalancer changed) {
      changed.listeners().forEach(listener -> removed.remove(listener.name()));
    }
    if (isMoreThanHalf(removed.size(), before.listeners().size())) {
      refuse(
          removed.size() + " of " + before.listeners().size() + " listeners of " + before.key(),
          removed,
          List.of(before.key()));
    }
  }

  private static boolean isMoreThanHalf(long removed, long had) {
    return 2 * removed > had;
  }

  private static void refuse(String what, List<String> names, List<ItemKey> keys) {
    String shown = names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "));
    String more =
        names.size() > NAMES_SHOWN ? " and " + (names.size() - NAMES_SHOWN) + " more" : "";
    throw new Refused(
        Refused.Reason.MASS_REMOVAL,
        "this would remove "
            + what
            + ": "
            + shown
            + more
            + "; if that is meant, say --allow-mass-removal",
        keys);
  }
}
