package dev.ballast.orchestrator;

import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Snapshot;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two snapshots that share what did not change: one walk over both, which compares objects and not what is in them.
 *
 * @param statuses the statuses that came, changed or went
 * @param isMore whether anything else did, as a backend or a pool
 */
@SuppressWarnings("ReferenceEquality") // What is shared has not changed.
record SnapshotWalk(List<ItemKey> statuses, boolean isMore) {
  static SnapshotWalk between(Snapshot before, Snapshot after) {
    var statuses = new ArrayList<ItemKey>();
    boolean isMore = false;
    var olds = before.items().entrySet().iterator();
    var news = after.items().entrySet().iterator();
    var old = next(olds);
    var now = next(news);
    while (old != null || now != null) {
      int order = order(old, now);
      var first = order <= 0 ? old : now;
      boolean isSame = order == 0 && old != null && now != null && old.getValue() == now.getValue();
      if (!isSame && first != null) {
        if (isStatus(first.getKey().kind())) {
          statuses.add(first.getKey());
        } else {
          isMore = true;
        }
      }
      old = order <= 0 ? next(olds) : old;
      now = order >= 0 ? next(news) : now;
    }
    return new SnapshotWalk(statuses, isMore);
  }

  private static Map.@Nullable Entry<ItemKey, Item> next(Iterator<Map.Entry<ItemKey, Item>> items) {
    return items.hasNext() ? items.next() : null;
  }

  /** Which of the two comes first in the walk; who has ended comes last. */
  private static int order(
      Map.@Nullable Entry<ItemKey, Item> old, Map.@Nullable Entry<ItemKey, Item> now) {
    if (old == null || now == null) {
      return old == null ? 1 : -1;
    }
    return old.getValue() == now.getValue() ? 0 : old.getKey().compareTo(now.getKey());
  }

  private static boolean isStatus(Kind kind) {
    return kind == Kind.BACKEND_STATUS || kind == Kind.LB_SERVER_STATUS;
  }
}
