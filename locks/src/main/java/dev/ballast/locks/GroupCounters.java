package dev.ballast.locks;

/**
 * What a member has done and sees, for metrics. The first eight only grow while the member's program runs.
 *
 * @param joins how often it has joined: once, and again after each loss of its lease
 * @param looks at the group's state
 * @param rebalances looks after which something had to be claimed or given up
 * @param assigned partitions begun with
 * @param revoked partitions given back in order
 * @param lost partitions lost: with the lease, or because stopping took too long
 * @param listenerFailures what the listener has thrown
 * @param engineFailures calls that got no answer
 * @param owned partitions in hand now
 * @param waiting partitions that wait for their owner to stop
 * @param members of the group, at the last look
 * @param unowned partitions that nobody held at the last look
 */
public record GroupCounters(
    long joins,
    long looks,
    long rebalances,
    long assigned,
    long revoked,
    long lost,
    long listenerFailures,
    long engineFailures,
    int owned,
    int waiting,
    int members,
    int unowned) {}
