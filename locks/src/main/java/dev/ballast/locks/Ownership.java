package dev.ballast.locks;

/** A partition in the hands of this member, from {@link PartitionListener#assigned} until it is given back or lost. */
public interface Ownership {
  Partition partition();

  /** The name of the lock that the token belongs to, for who checks both with {@code ballast_locks.holds}. */
  String lock();

  /** The fencing token: greater than that of every owner of this partition before. */
  long token();

  /**
   * Whether nobody else can own the partition yet: conservative, by this machine's clock, without a call. To be asked before each
   * step that is short beside the time to live; what can check the token should check it.
   */
  boolean isStillMine();
}
