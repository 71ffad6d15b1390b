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
  private final Map<ItemKey, Item> laid = new HashMap<>();
  private Snapshot base;
  private Snapshot current;

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
    laid.values().removeIf(one -> !isHere((BackendStatus) one.resource()));
    current = changed(base.at(current.revision()), List.copyOf(laid.values()));
    return current;
  }

  /** Further verdicts, each with those before it in its history; empty if they are all on servers that are gone. */
  Optional<Snapshot> with(Collection<BackendStatus> verdicts) {
    var items = new ArrayList<Item>();
    for (BackendStatus found : verdicts) {
      if (isHere(found)) {
        Item item = new Item(following(found), current.revision().n() + 1);
        laid.put(item.key(), item);
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

  private BackendStatus following(BackendStatus found) {
    Item before = laid.get(found.key());
    return before == null
        ? found
        : ((BackendStatus) before.resource())
            .next(found.verdict(), found.reason(), found.phi(), found.since());
  }

  /** Whether the backend is still probed, where the verdict was found. */
  private boolean isHere(BackendStatus status) {
    boolean isProbed =
        base.find(new ItemKey(Kind.POOL, status.pool()))
            .flatMap(item -> ((Pool) item.resource()).healthCheck())
            .isPresent();
    return isProbed
        && base.find(ItemKey.backend(status.pool(), status.backend()))
            .map(item -> status.isOn((Backend) item.resource()))
            .orElse(false);
  }
}
