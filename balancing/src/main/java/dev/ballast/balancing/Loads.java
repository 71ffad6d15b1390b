package dev.ballast.balancing;

/** What the members of a pool carry now, summed over the event loops; slightly out of date by nature. */
@FunctionalInterface
public interface Loads {
  /** Exchanges in flight at the member at {@code index}. */
  int inFlight(int index);

  /** Exchanges in flight at all members that may be picked. */
  default long total() {
    throw new UnsupportedOperationException("the sum is not known here");
  }
}
