package dev.ballast.sync;

/** Where a snapshot came from. */
public enum SnapshotSource {
  /** A change or a bookmark on the watch. */
  WATCH,
  /** A list. */
  POLL,
  /** The last good snapshot on disk: as old as the file is. */
  DISK
}
