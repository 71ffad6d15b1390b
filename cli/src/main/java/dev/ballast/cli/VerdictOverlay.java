package dev.ballast.cli;

import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Pool;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lays verdicts over the configuration of a file, as items of the snapshot, just as an orchestrator's are. A verdict is on the server at an
 * address: it goes when the file gives that name another address, or none, or the pool no health check. The revision counts whatever is put to use, configurations and
 * verdicts.
 *
 * <p>Pure: what comes in and goes out are values. Owned by one thread.
 */
final class VerdictOverlay {
  private final Map<ItemKey, Laid> laid = new HashMap<>();
  private Snapshot base;
  private Snapshot current;

  /**
   * A verdict that has been found.
   *
   * @param server the address of the backend that it is on
   */
  record Found(String server, BackendStatus status) {}

  private record Laid(String server, Item item) {}

  /** Begins with a configuration, and no verdicts. */
  VerdictOverlay(Snapshot first) {
    this.base = first;
    this.current = first;
  }

  /** What is to be in use now. */
  Snapshot current() {
    return current;
  }

  /** Another configuration, under the verdicts that still mean something. */
  Snapshot over(Snapshot configuration) {
    base = configuration;
    laid.values().removeIf(one -> !isHere(one.server(), (BackendStatus) one.item().resource()));
    List<Item> kept = laid.values().stream().map(Laid::item).toList();
    current = changed(base.at(current.revision()), kept);
    return current;
  }

  /** Further verdicts; empty if they are all on servers that are gone. */
  Optional<Snapshot> with(Collection<Found> verdicts) {
    var items = new ArrayList<Item>();
    for (Found found : verdicts) {
      if (isHere(found.server(), found.status())) {
        Item item = new Item(found.status(), current.revision().n() + 1);
        laid.put(item.key(), new Laid(found.server(), item));
        items.add(item);
      }
    }
    if (items.isEmpty()) {
      return Optional.empty();
    }
    current = changed(current, items);
    return Optional.of(current);
  }

  private static Snapshot changed(Snapshot before, List<Item> upserts) {
    Revision revision = before.revision();
    return before.apply(new Change(revision.withN(revision.n() + 1), revision, upserts, List.of()));
  }

  /** Whether the backend is still probed, at that address. */
  private boolean isHere(String server, BackendStatus status) {
    boolean isProbed =
        base.find(new ItemKey(Kind.POOL, status.pool()))
            .flatMap(item -> ((Pool) item.resource()).healthCheck())
            .isPresent();
    return isProbed
        && base.find(ItemKey.backend(status.pool(), status.backend()))
            .map(item -> ((Backend) item.resource()).address().toString().equals(server))
            .orElse(false);
  }
}
