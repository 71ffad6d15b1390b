package dev.ballast.configdb;

/** How the change feed is to follow the database. */
public enum FeedMode {
  /** By the WAL, and by SQL until that is ready. */
  AUTO,
  /** By the WAL only: nothing is listed before it is ready. */
  WAL,
  /** By SQL only. */
  POLL
}
