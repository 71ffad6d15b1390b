package dev.ballast.balancing;

/**
 * Who a key belongs to, as long as the members and their weights stay the same: consistent hashing. Built over all members of a pool, those
 * included that may not be picked now, so that a change of health moves no key but those of the member that changed. Immutable.
 */
interface HashTable {
  /** Who may be given a key now. */
  interface Admission {
    boolean admits(int member, long hash, Tried tried, Loads loads);
  }

  /**
   * The first in the key's own order of preference that is admitted.
   *
   * @param hash of the key, all of whose bits are alike good
   * @return the index of a member, or {@link Balancer#NONE} if nobody was admitted of those that were looked at
   */
  int first(long hash, Admission admission, Tried tried, Loads loads);
}
