package dev.ballast.sync;

import dev.ballast.model.Snapshot;

/** Gets every snapshot to use, in order, from one thread. */
@FunctionalInterface
public interface SnapshotListener {
  /** A snapshot that is now the current one; its items may be those of the one before, at a later revision. */
  void use(Snapshot snapshot, SnapshotSource source);
}
