package dev.ballast.model;

import java.util.List;

/** One line of a watch: newline-delimited JSON. */
public sealed interface WatchLine {
  /** One transaction, whole. */
  record Changed(Change change) implements WatchLine {}

  /** A part of a very large transaction: to be kept until {@link End}, and then applied at once. */
  record Part(List<Item> upserts, List<ItemKey> deletes) implements WatchLine {}

  /**
   * The parts since the last whole line are one transaction.
   *
   * @param items how many upserts and deletes the parts have together
   */
  record End(Revision revision, Revision prev, int items) implements WatchLine {}

  /** Nothing happened in this view up to the revision; the checksum is that of the view's snapshot. */
  record Bookmark(Revision revision, String checksum) implements WatchLine {}
}
