package dev.ballast.detection;

/**
 * A probe to send now.
 *
 * @param number grows with every probe of this target
 * @param scheduledAt when it was due, by the observer's clock: answers are late or early by this
 * @param isFresh whether it must not use a connection that is open already
 */
public record Probe(long number, long scheduledAt, boolean isFresh) {}
