package dev.ballast.locks;

import java.time.Duration;

/**
 * A claim as the engine has it, for whoever lists.
 *
 * @param token the claim's place in its name's queue and, once held, its fencing token
 * @param isHeld false while it waits
 * @param owner what the lease's holder calls itself
 * @param ttl of the lease
 * @param remaining until the lease runs out if it is not renewed, by the engine's clock; more than zero
 */
public record Holding(
    String name,
    long token,
    boolean isHeld,
    Mode mode,
    String note,
    LeaseId lease,
    String owner,
    Duration ttl,
    Duration remaining) {}
