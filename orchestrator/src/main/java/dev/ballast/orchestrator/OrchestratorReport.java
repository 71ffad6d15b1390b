package dev.ballast.orchestrator;

import dev.ballast.locks.GroupCounters;
import java.util.Map;
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
    Probes probes,
    WriteCounters writes,
    long questions,
    long unanswered) {
  /**
   * What was probed.
   *
   * @param failed by kind
   * @param latenessNanos by how much probes went out after their schedule, in all
   * @param pauses times when this process itself was away
   * @param silent targets that are suspect, or were convicted by silence lately
   * @param inDoubt whether so many are silent that nobody is convicted by silence
   */
  record Probes(
      long sent,
      long good,
      Map<String, Long> failed,
      long latenessNanos,
      long pauses,
      long pausedNanos,
      int targets,
      int silent,
      boolean inDoubt) {}

  /** How the configuration gets here. */
  record Sync(boolean connected, String detail) {}

  /**
   * A target that something is wrong with, or might be, or that can't be asked.
   *
   * @param disputed whether silence alone would have convicted it, but an LB server has just heard it
   * @param remark {@value #DISPUTED}, or empty
   * @param last what came of the last probe
   */
  record Suspect(
      String target,
      String verdict,
      double phi,
      boolean suspect,
      boolean disputed,
      String remark,
      String last) {
    static final String DISPUTED =
        "observer disagrees: it is silent here, and an LB server has just heard it";
  }
}
