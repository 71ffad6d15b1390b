package dev.ballast.controller;

import java.time.Duration;

/**
 * How much of a view's past is kept, and how often a watcher hears of it.
 *
 * @param views most views that are kept as streams
 * @param watchers most watchers, all views together
 * @param windowChanges most changes kept per view
 * @param windowBytes most bytes of encoded changes kept per view; the last change is kept however large it is
 * @param heartbeat a bookmark is sent when a watcher has heard nothing for this long
 * @param bookmarkDelay how soon it hears that the catalog moved on without touching its view
 * @param stall a watcher that takes nothing for this long is cut off
 */
public record WatchLimits(
    int views,
    int watchers,
    int windowChanges,
    long windowBytes,
    Duration heartbeat,
    Duration bookmarkDelay,
    Duration stall) {
  public static WatchLimits defaults() {
    return new WatchLimits(
        64,
        2_048,
        1_024,
        8L << 20,
        Duration.ofSeconds(2),
        Duration.ofMillis(50),
        Duration.ofSeconds(10));
  }
}
