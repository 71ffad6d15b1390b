package dev.ballast.detection;

/** Asks one target. Keeps a connection from probe to probe where the protocol allows it. Owned by its event loop. */
interface Prober {
  /**
   * Asks once.
   *
   * @param isFresh not to use a connection that is open already
   * @param attempt to be ended, once and in time
   */
  void probe(boolean isFresh, Attempt attempt);

  /** Lets go of what is open. */
  void close();
}
