package dev.ballast.model;

import java.util.List;

/**
 * What one transaction is to write: the outcome of {@link Planner}.
 *
 * @param upserts resources as they are to be, those that they refer to first
 * @param deletes resources that are to go; their statuses and overrides go with them
 * @param edits the same for people
 */
public record Plan(
    List<Resource> upserts, List<ItemKey> deletes, List<Edit> edits, List<Problem> warnings) {
  public Plan {
    upserts = List.copyOf(upserts);
    deletes = List.copyOf(deletes);
    edits = List.copyOf(edits);
    warnings = List.copyOf(warnings);
  }

  /** Whether nothing is to be written. */
  public boolean isEmpty() {
    return upserts.isEmpty() && deletes.isEmpty();
  }
}
