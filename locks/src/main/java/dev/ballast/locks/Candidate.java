package dev.ballast.locks;

/** Who wants to lead. The two calls alternate, on one thread, {@code elected} first; what they throw is logged, and ends the term. */
public interface Candidate {
  /**
   * This program leads now. Must return soon; what it does as the leader happens elsewhere and ends with {@link #deposed}.
   *
   * @param lease the leadership: its {@link Lease#token()} grows with every leader, and {@link Lease#isStillMine()} is to be asked before
   *     what only a leader may do
   */
  void elected(Lease lease);

  /** This program does not lead any more: the lease was lost, or the election was closed. */
  void deposed();
}
