package dev.ballast.locks;

/**
 * What a {@link Consumer} has done, for metrics. All but the last two only grow.
 *
 * @param handled messages handled and acknowledged
 * @param failed times that a handler failed and the message stays
 * @param dead messages that became dead letters
 * @param stale outcomes that the queue refused, because the partition has a newer owner
 * @param givenUp messages whose handling ended without an outcome, because the partition was given back or lost
 * @param queueFailures calls that the queue did not answer
 * @param running handlers that run now
 * @param blocked messages seen that wait for an earlier one of their key, or for their pause after a failure
 */
public record ConsumerCounters(
    long handled,
    long failed,
    long dead,
    long stale,
    long givenUp,
    long queueFailures,
    int running,
    int blocked) {}
