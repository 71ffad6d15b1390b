package dev.ballast.balancing;

/** What the members of a pool carry now, summed over the event loops; slightly out of date by nature. */
@FunctionalInterface
public interface Loads {
  /** Exchanges in flight at the member at {@code index}. */
  int inFlight(int index);

  /** How long the member at {@code index} lately took to answer; 0 if that is not known. */
  default long responseNanos(int index) {
    return 0;
  }

  /** How busy the member at {@code index} lately said it was, in thousandths of what it can do; 0 if it did not say. */
  default int utilisation(int index) {
    return 0;
  }

  /** Exchanges in flight at all members, without the one that asks. */
  default long total() {
    throw new UnsupportedOperationException("the sum is not known here");
  }
}
