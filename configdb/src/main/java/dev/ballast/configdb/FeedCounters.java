package dev.ballast.configdb;

/**
 * What the change feed has done since its start.
 *
 * @param listings the whole state was read
 * @param streamed changes out of the WAL
 * @param polled changes by SQL
 * @param disconnections a connection was lost, or none was to be had
 * @param relistings the state was read again because the stream could not say what had happened
 */
public record FeedCounters(
    long listings, long streamed, long polled, long disconnections, long relistings) {}
