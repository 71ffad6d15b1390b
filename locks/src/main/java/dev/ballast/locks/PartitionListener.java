package dev.ballast.locks;

/**
 * What a program does with the partitions that a {@link ConsumerGroup} gives it. Calls for one partition come in order and one
 * at a time, except {@link #lost}, which waits for nothing; calls for different partitions come at once, each on a
 * virtual thread. What one of them throws is logged and counted, and changes nothing.
 */
public interface PartitionListener {
  /** Begin with this partition. Should return soon: a partition can't be called back before it has. */
  void assigned(Ownership partition);

  /**
   * Stop, and return once nothing of this partition runs any more: the next owner begins after that. It is still owned meanwhile. Who
   * needs longer than {@link GroupSettings#handOver} has lost it.
   */
  void revoked(Ownership partition);

  /**
   * The partition may have another owner from now on, without this one having stopped: the lease was lost, or stopping took too
   * long. May come while another call for it runs, and is the last one for this ownership.
   */
  void lost(Ownership partition);
}
