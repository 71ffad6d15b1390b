package dev.ballast.detection;

import java.util.Map;

/**
 * What a {@link Probing} has done since it began.
 *
 * @param sent probes
 * @param good answers
 * @param failed by kind; kinds that did not happen are missing
 * @param spread of the lateness of all probes
 * @param latenessNanos by how much probes went out after their schedule, in all
 * @param worstLatenessNanos the longest of these
 * @param pauses times when the observer itself was away
 * @param pausedNanos for how long in all
 * @param targets watched now
 * @param silent of these, suspect or convicted by silence lately
 * @param isInDoubt whether so many are silent that nobody is convicted by silence
 */
public record ProbeCounters(
    long sent,
    long good,
    Map<Outcome.Kind, Long> failed,
    Lateness spread,
    long latenessNanos,
    long worstLatenessNanos,
    long pauses,
    long pausedNanos,
    int targets,
    int silent,
    boolean isInDoubt) {
  public ProbeCounters {
    failed = Map.copyOf(failed);
  }

  /** Failures of a kind. */
  public long failed(Outcome.Kind kind) {
    return failed.getOrDefault(kind, 0L);
  }
}
