package dev.ballast.sync;

import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.WatchLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client of list + watch makes of what it hears. Pure: lists and lines in, {@link Step}s out; no clock, no I/O.
 *
 * <p>Invariants: the current snapshot is always one that a controller has shown, whole, at that revision; within an epoch
 * its revision never goes back; when a line does not fit, nothing of it is used and the next step is a list. A list that
 * has no load balancer where there were some, in a new epoch, looks like another database put in the place of ours: it is
 * held until somebody accepts it. Owned by one thread.
 */
final class Follower {
  /** More items than this in one transaction's parts: list instead. */
  static final int PART_ITEM_LIMIT = 1_000_000;

  private @Nullable Snapshot current;
  private boolean mustList = true;
  private boolean isAccepting;
  private @Nullable String held;
  private final List<Item> partUpserts = new ArrayList<>();
  private final List<ItemKey> partDeletes = new ArrayList<>();

  /** What to do after having heard something. */
  sealed interface Step {
    /** This is the current snapshot now. */
    record Use(Snapshot snapshot) implements Step {}

    /** Nothing changes. */
    record Keep() implements Step {}

    /** What was heard does not fit: list. */
    record Relist(String why) implements Step {}

    /** A list is not used until it is accepted. */
    record Hold(String why) implements Step {}
  }

  Optional<Snapshot> current() {
    return Optional.ofNullable(current);
  }

  /** Whether the next thing to do is a list, not a watch. */
  boolean mustList() {
    return mustList;
  }

  Optional<String> held() {
    return Optional.ofNullable(held);
  }

  /** Takes the last good snapshot from before: to be watched from, not to be listed. */
  void start(Snapshot fromDisk) {
    current = fromDisk;
    mustList = false;
  }

  /** The next list is used, however implausible. */
  void accept() {
    isAccepting = true;
    mustList = true;
  }

  /** The controller can't continue from our revision: list. */
  void lost() {
    mustList = true;
    forgetParts();
  }

  /** A connection ended; parts of a transaction that did not end with it are worth nothing. */
  void disconnected() {
    forgetParts();
  }

  /** The controller's items are those we have; it is at the revision, be it of another epoch. */
  Step unchanged(Revision revision) {
    mustList = false;
    isAccepting = false;
    held = null;
    if (current != null && !revision.isSameEpoch(current.revision())) {
      current = current.at(revision);
      return new Step.Use(current);
    }
    return advance(revision);
  }

  Step listed(Snapshot listed) {
    forgetParts();
    if (current != null && isImplausible(current, listed) && !isAccepting) {
      held =
          "the controller at "
              + listed.revision()
              + " has no load balancer and another database than before: accept it if that is meant";
      return new Step.Hold(held);
    }
    isAccepting = false;
    held = null;
    mustList = false;
    if (current != null && isBehind(listed.revision(), current.revision())) {
      return new Step.Keep();
    }
    current = current == null ? listed : listed.sharing(current);
    return new Step.Use(current);
  }

  private static boolean isImplausible(Snapshot before, Snapshot listed) {
    return !listed.revision().isSameEpoch(before.revision())
        && before.loadBalancers().findAny().isPresent()
        && listed.loadBalancers().findAny().isEmpty();
  }

  Step heard(WatchLine line) {
    return switch (line) {
      case WatchLine.Changed(Change change) ->
          partUpserts.isEmpty() && partDeletes.isEmpty()
              ? change(change)
              : relist("a whole transaction came between the parts of another");
      case WatchLine.Part(List<Item> upserts, List<ItemKey> deletes) -> part(upserts, deletes);
      case WatchLine.End(Revision revision, Revision prev, int items) -> end(revision, prev, items);
      case WatchLine.Bookmark(Revision revision, String checksum) -> bookmark(revision, checksum);
    };
  }

  /**
   * A line continues every revision from its {@code prev} on: in between the view did not change, as bookmarks and lists may
   * have told us already.
   */
  private Step change(Change change) {
    if (current == null
        || !change.revision().isSameEpoch(current.revision())
        || change.prev().n() > current.revision().n()) {
      return relist("a change from " + change.prev() + " came at " + revisionText());
    }
    if (change.revision().n() <= current.revision().n()) {
      return new Step.Keep();
    }
    current = current.apply(change.withPrev(current.revision()));
    return new Step.Use(current);
  }

  private Step part(List<Item> upserts, List<ItemKey> deletes) {
    if (partUpserts.size() + partDeletes.size() + upserts.size() + deletes.size()
        > PART_ITEM_LIMIT) {
      return relist("a transaction has more than " + PART_ITEM_LIMIT + " items");
    }
    partUpserts.addAll(upserts);
    partDeletes.addAll(deletes);
    return new Step.Keep();
  }

  private Step end(Revision revision, Revision prev, int items) {
    if (partUpserts.size() + partDeletes.size() != items) {
      return relist("the parts of " + revision + " are not the " + items + " items they should be");
    }
    var whole = new Change(revision, prev, partUpserts, partDeletes);
    forgetParts();
    return change(whole);
  }

  private Step bookmark(Revision revision, String checksum) {
    if (current == null || !revision.isSameEpoch(current.revision())) {
      return relist("a bookmark of " + revision + " came at " + revisionText());
    }
    if (revision.n() < current.revision().n()) {
      return new Step.Keep();
    }
    if (!current.checksum().equals(checksum)) {
      return relist("the checksum at " + revision + " differs from the controller's");
    }
    return advance(revision);
  }

  private Step advance(Revision revision) {
    if (current == null
        || !revision.isAtLeast(current.revision())
        || revision.equals(current.revision())) {
      return new Step.Keep();
    }
    current = current.at(revision);
    return new Step.Use(current);
  }

  private Step relist(String why) {
    lost();
    return new Step.Relist(why);
  }

  private void forgetParts() {
    partUpserts.clear();
    partDeletes.clear();
  }

  private String revisionText() {
    return current == null ? "no revision" : current.revision().toString();
  }

  private static boolean isBehind(Revision listed, Revision ours) {
    return listed.isSameEpoch(ours) && listed.n() < ours.n();
  }
}
