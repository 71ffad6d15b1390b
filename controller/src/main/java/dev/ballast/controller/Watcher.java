package dev.ballast.controller;

import dev.ballast.model.Revision;

/**
 * One client that watches a view: what it was told last, and when. Guarded by its stream's lock, but for
 * {@link #isCutOff}.
 */
final class Watcher {
  private final Runnable abort;
  private Revision told;
  private long heardNanos;
  private volatile boolean isCutOff;

  /**
   * @param from the revision that the client has
   * @param heardNanos when it was told something; long ago, so that it is told at once
   * @param abort closes its connection, whatever its thread is doing; may block
   */
  Watcher(Revision from, long heardNanos, Runnable abort) {
    this.told = from;
    this.heardNanos = heardNanos;
    this.abort = abort;
  }

  Revision told() {
    return told;
  }

  long heardNanos() {
    return heardNanos;
  }

  void tell(Revision revision, long nowNanos) {
    told = revision;
    heardNanos = nowNanos;
  }

  boolean isCutOff() {
    return isCutOff;
  }

  /** Ends a watcher that may be stuck in sending, without waiting for it. */
  void cutOff() {
    if (!isCutOff) {
      isCutOff = true;
      Thread.ofVirtual().name("watch-abort").start(abort);
    }
  }
}
