package dev.ballast.model;

import java.util.List;

/**
 * What one transaction did to a view.
 *
 * @param revision after it
 * @param prev the revision that it applies to
 */
public record Change(Revision revision, Revision prev, List<Item> upserts, List<ItemKey> deletes) {
  public Change {
    upserts = List.copyOf(upserts);
    deletes = List.copyOf(deletes);
  }

  public boolean isEmpty() {
    return upserts.isEmpty() && deletes.isEmpty();
  }

  public Change withPrev(Revision other) {
    return new Change(revision, other, upserts, deletes);
  }
}
