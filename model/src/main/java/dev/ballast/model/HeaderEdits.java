package dev.ballast.model;

import java.util.List;

/**
 * Changes to the field lines of a head: first those to remove, then those to set, which replace all of their name, then those to
 * add.
 *
 * @param remove names, in lower case
 */
public record HeaderEdits(List<Field> set, List<Field> add, List<String> remove) {
  public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());
  public static final int LIMIT = 64;

  public HeaderEdits {
    set = List.copyOf(set);
    add = List.copyOf(add);
    remove = List.copyOf(remove);
  }

  /** A field line. Which names are ours alone (Host, framing, hop by hop) is checked where documents are read. */
  public record Field(String name, String value) {}
}
