package dev.ballast.controller;

import dev.ballast.model.Change;
import dev.ballast.model.Revision;
import dev.ballast.model.Wire;

/**
 * The lines of one change, encoded once. Only {@code prev} differs from watcher to watcher: it is the revision that this
 * watcher was told last, be it by a change or by a bookmark, so that a client needs no more than to compare. The payload for
 * the last such revision is kept, for watchers that keep up have the same one. Guarded by its stream's lock.
 *
 * <pre>
 * {"part":{…}}
 * {"end":{"revision":"E.N","prev":"  ⟨head     prev     tail⟩  "}}
 * </pre>
 */
final class ChangeLines {
  private static final int ITEMS_PER_LINE = 1_000;
  private static final String PREV = "\"prev\":\"";

  private final String head;
  private final String tail;
  private final int size;
  private Revision prev;
  private Payload payload;

  private ChangeLines(String head, String tail, Revision prev) {
    this.head = head;
    this.tail = tail;
    this.prev = prev;
    this.payload = spliced();
    this.size = payload.size();
  }

  static ChangeLines of(Change change) {
    var text = new StringBuilder();
    int lastLine = 0;
    for (String line : Wire.change(change, ITEMS_PER_LINE)) {
      lastLine = text.length();
      text.append(line).append('\n');
    }
    int begin = text.indexOf(PREV, lastLine) + PREV.length();
    int end = begin + change.prev().toString().length();
    return new ChangeLines(text.substring(0, begin), text.substring(end), change.prev());
  }

  /** The lines for a watcher that was told {@code other} last. */
  Payload after(Revision other) {
    if (!other.equals(prev)) {
      prev = other;
      payload = spliced();
    }
    return payload;
  }

  private Payload spliced() {
    return Payload.of(head + prev + tail);
  }

  /** About how many bytes; always the same answer. */
  int size() {
    return size;
  }
}
