package dev.ballast.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one route of one listener, carried from snapshot to snapshot by their names, so that they go on when the
 * configuration changes. It knows nothing of any snapshot, so exchanges may hold it for as long as they last.
 */
final class RouteAccount {
  /**
   * What it is known by.
   *
   * @param route {@code -} for what no route takes, and for streams
   */
  record Key(String balancer, String listener, String route) {
    static final String NO_ROUTE = "-";
    static final Key UNKNOWN = new Key("-", "-", NO_ROUTE);
  }

  private final Key key;
  private final AtomicReferenceArray<@Nullable RouteCell> cells;

  RouteAccount(Key key, int loops) {
    this.key = key;
    this.cells = new AtomicReferenceArray<>(loops);
  }

  Key key() {
    return key;
  }

  /** The loop's own share; made when the loop first needs it. Called on the loop. */
  RouteCell cell(Loop loop) {
    RouteCell cell = cells.getPlain(loop.index());
    if (cell == null) {
      cell = new RouteCell();
      cells.setRelease(loop.index(), cell);
    }
    return cell;
  }

  /** Sum over the loops. */
  long read(RouteCounter what) {
    return cells().stream().mapToLong(cell -> cell.counts().read(what)).sum();
  }

  List<Durations> durations() {
    return cells().stream().map(RouteCell::durations).toList();
  }

  private List<RouteCell> cells() {
    var all = new ArrayList<RouteCell>();
    for (int i = 0; i < cells.length(); i++) {
      RouteCell cell = cells.getAcquire(i);
      if (cell != null) {
        all.add(cell);
      }
    }
    return all;
  }
}
