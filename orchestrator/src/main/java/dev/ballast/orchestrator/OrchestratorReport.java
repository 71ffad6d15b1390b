package dev.ballast.orchestrator;

import dev.ballast.detection.ProbeCounters;
import dev.ballast.locks.GroupCounters;
import org.jspecify.annotations.Nullable;

/**
 * What an orchestrator says of itself. The names of the components are those of the JSON at {@code /report}.
 *
 * @param revision of the configuration that it goes by
 * @param shares of 256 that are its own
 * @param subjects backends and LB servers in these
 * @param trouble why it has no share, or empty
 * @param questions asked of LB servers for evidence
 * @param unanswered of these
 */
record OrchestratorReport(
    String name,
    @Nullable String revision,
    Sync sync,
    int shares,
    int subjects,
    String trouble,
    GroupCounters group,
    ProbeCounters probes,
    WriteCounters writes,
    long questions,
    long unanswered) {
  /** How the configuration gets here. */
  record Sync(boolean connected, String detail) {}

  /**
   * A target that something is wrong with, or might be.
   *
   * @param disputed whether silence alone would have convicted it, but an LB server has just heard it: the observer disagrees
   * @param last what came of the last probe
   */
  record Suspect(
      String target, String verdict, double phi, boolean suspect, boolean disputed, String last) {}
}
