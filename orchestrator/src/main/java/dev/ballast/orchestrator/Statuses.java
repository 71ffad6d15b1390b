package dev.ballast.orchestrator;

import dev.ballast.configdb.ConfigStore;
import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.Observation;
import dev.ballast.configdb.Observed;
import dev.ballast.configdb.OutcomeUnknown;
import java.util.List;

/** Where statuses are written: {@link ConfigStore#observe}. */
@FunctionalInterface
interface Statuses {
  /**
   * Writes them in one transaction, but for those whose writer does not own their partition any more.
   *
   * @throws DatabaseUnavailable when nothing was written
   * @throws OutcomeUnknown when that is not known; to write the same again is safe
   */
  Observed write(List<Observation> observations);
}
