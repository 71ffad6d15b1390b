package dev.ballast.configdb;

import dev.ballast.model.Plan;
import dev.ballast.model.Revision;

/**
 * The outcome of a write.
 *
 * @param revision of the write; for one that changed nothing, and for a dry run, the current one
 * @param plan what was, or would be, written
 */
public record Applied(Revision revision, Plan plan) {
  /** Whether the state differs, or would differ, from before. */
  public boolean isChanged() {
    return !plan.isEmpty();
  }
}
