package dev.ballast.balancing;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** What the members of a pool carry now, summed over the event loops; slightly out of date by nature. */
public interface Loads {
  /** Nobody carries anything, whoever the members are. */
  Loads IDLE = of(0, index -> 0);

  /**
   * Of so many members, each of which has as many exchanges in flight as that says.
   *
   * @param inFlight by index, asked anew with each call
   */
  static Loads of(int members, IntUnaryOperator inFlight) {
    return new Loads() {
      @Override
      public int inFlight(int index) {
        return inFlight.applyAsInt(index);
      }

      @Override
      public long total() {
        return IntStream.range(0, members).map(inFlight).asLongStream().sum();
      }
    };
  }

  /** Exchanges in flight at the member at {@code index}. */
  int inFlight(int index);

  /** Exchanges in flight at all members, without the one that asks. */
  long total();

  /** How long the member at {@code index} lately took to answer; 0 if that is not known. */
  default long responseNanos(int index) {
    return 0;
  }

  /** How busy the member at {@code index} lately said it was, in thousandths of what it can do; 0 if it did not say. */
  default int utilisation(int index) {
    return 0;
  }
}
