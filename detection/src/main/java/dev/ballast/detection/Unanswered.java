package dev.ballast.detection;

/**
 * The probes of one target that have no answer yet, by the time they were scheduled. Silence is counted from the first of them.
 * Of many, the first three and the last few are kept.
 *
 * <p>What the observer itself slept through is discounted: a probe that was out meanwhile counts as scheduled later by as much, and
 * its answer is no sample.
 *
 * <p>Owned by one thread.
 */
final class Unanswered {
  private static final int SIZE = 8;

  /** The first ones decide when silence convicts, so what is left out of many stands behind them. */
  private static final int KEPT = AccrualSettings.MIN_UNANSWERED;

  private final long[] number = new long[SIZE];
  private final long[] scheduledAt = new long[SIZE];
  private int discounted;
  private int count;
  private int leftOut;

  void add(long probe, long scheduled) {
    if (count == SIZE) {
      remove(KEPT, KEPT + 1);
      leftOut++;
    }
    number[count] = probe;
    scheduledAt[count] = scheduled;
    count++;
  }

  /**
   * A probe was answered, and with it those before it.
   *
   * @return the delay after its schedule, or -1 if that is no sample: the probe is not known any more, or was discounted
   */
  long answered(long probe, long now) {
    int place = placeOf(probe);
    boolean isKnown = place < count && number[place] == probe;
    long delay = isKnown && !isDiscounted(place) ? Math.max(0, now - scheduledAt[place]) : -1;
    int past = isKnown ? place + 1 : place;
    if (past >= KEPT) {
      leftOut = 0;
    }
    remove(0, past);
    return delay;
  }

  /** A probe that says nothing about the silence of the others, as if it had never been sent. */
  void forget(long probe) {
    int place = placeOf(probe);
    if (place < count && number[place] == probe) {
      remove(place, place + 1);
    }
  }

  /** The observer was not there from {@code from} to {@code to}. */
  void discount(long from, long to) {
    for (int i = 0; i < count; i++) {
      long missed = Math.min(to - from, to - scheduledAt[i]);
      if (missed > 0) {
        scheduledAt[i] += missed;
        discounted |= 1 << i;
      }
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** How many, those that are left out included. */
  int count() {
    return count + leftOut;
  }

  /** When the one at a place, 0 the first, was scheduled; only the first three places mean anything. */
  long scheduledAt(int place) {
    return scheduledAt[place];
  }

  private int placeOf(long probe) {
    int place = 0;
    while (place < count && number[place] - probe < 0) {
      place++;
    }
    return place;
  }

  private boolean isDiscounted(int place) {
    return (discounted & 1 << place) != 0;
  }

  private void remove(int from, int to) {
    int rest = count - to;
    System.arraycopy(number, to, number, from, rest);
    System.arraycopy(scheduledAt, to, scheduledAt, from, rest);
    int before = discounted & (1 << from) - 1;
    discounted = before | discounted >>> to << from;
    count -= to - from;
  }
}
