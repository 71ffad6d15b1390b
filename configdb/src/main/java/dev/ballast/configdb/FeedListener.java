package dev.ballast.configdb;

import dev.ballast.model.Change;
import dev.ballast.model.Snapshot;

/**
 * Takes the state of the configuration and every change to it. All methods are called by one thread, in order; they
 * should return soon, for the feed waits meanwhile.
 *
 * <p>After {@code listed} at revision k come the changes k + 1, k + 2, …: each one's {@code prev} is the revision before.
 * In mode {@link FeedStatus.Mode#POLL} one change may span several revisions: {@code revision.n - prev.n} is then more
 * than 1. At any time {@code listed} may come again, and begins anew: after a lost connection, another epoch, or whatever
 * else would have left a gap. An exception of a listener counts as a lost connection.
 */
public interface FeedListener {
  /** The whole state. */
  void listed(Snapshot whole);

  /** What one transaction did (in mode POLL: one or more). */
  void committed(Change change);

  /** The mode or its reason has changed. */
  void status(FeedStatus status);
}
