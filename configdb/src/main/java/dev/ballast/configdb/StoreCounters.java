package dev.ballast.configdb;

/**
 * What has happened to the writes of this process, since its start.
 *
 * @param committed they have a revision
 * @param unchanged there was nothing to write
 * @param refused invalid, or in conflict with the stored state
 * @param unavailable the database could not do it
 * @param unknown the connection broke during COMMIT, and nobody could be asked afterwards
 */
public record StoreCounters(
    long committed, long unchanged, long refused, long unavailable, long unknown) {}
