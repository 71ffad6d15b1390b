package dev.ballast.detection;

import dev.ballast.model.Verdict;

/**
 * A verdict that became another.
 *
 * @param reason for people, in a sentence without a full stop
 * @param phi at the transition
 * @param isSilence whether it is a conviction by silence alone
 * @param atNanos by the observer's monotonic clock
 */
public record Transition(
    Verdict from, Verdict to, String reason, double phi, boolean isSilence, long atNanos) {}
