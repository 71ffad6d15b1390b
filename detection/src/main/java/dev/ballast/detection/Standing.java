package dev.ballast.detection;

import dev.ballast.model.Verdict;

/**
 * What an observer knows of a target at a moment: for people, and never written to the database.
 *
 * @param phi how suspicious the silence is, 0 or more; 0 where failures are only counted
 * @param isSuspect whether it is asked more often
 * @param isDisputed whether silence alone would have convicted it, but somebody else heard it within the last second: the observer
 *     disagrees with the LB servers
 * @param samples answers that its distribution is made of
 * @param meanNanos their mean delay after the schedule, 0 where there is none
 */
public record Standing(
    Verdict verdict,
    double phi,
    boolean isSuspect,
    boolean isDisputed,
    int samples,
    double meanNanos) {}
