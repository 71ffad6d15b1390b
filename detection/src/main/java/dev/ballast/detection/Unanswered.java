package dev.ballast.detection;

/**
 * The probes of one target that have no answer yet, by the time they were scheduled. Silence is counted from the first of them.
 * Of many, the first and the last few are kept.
 *
 * <p>What the observer itself slept through is discounted: a probe that was out meanwhile counts as scheduled later by as much, and
 * its answer is no sample.
 *
 * <p>Owned by one thread.
 */
final class Unanswered {
  private static final int SIZE = 8;

  private final long[] number = new long[SIZE];
  private final long[] scheduledAt = new long[SIZE];
  private final boolean[] isDiscounted = new boolean[SIZE];
  private int count;

  void add(long probe, long scheduled) {
    if (count == SIZE) {
      remove(1, 2);
    }
    number[count] = probe;
    scheduledAt[count] = scheduled;
    isDiscounted[count] = false;
    count++;
  }

  /**
   * A probe was answered, and with it those before it.
   *
   * @return the delay after its schedule, or -1 if that is no sample: the probe is not known any more, or was discounted
   */
  long answered(long probe, long now) {
    int place = 0;
    while (place < count && number[place] < probe) {
      place++;
    }
    boolean isKnown = place < count && number[place] == probe;
    long delay = isKnown && !isDiscounted[place] ? Math.max(0, now - scheduledAt[place]) : -1;
    remove(0, isKnown ? place + 1 : place);
    return delay;
  }

  /** The observer was not there from {@code from} to {@code to}. */
  void discount(long from, long to) {
    for (int i = 0; i < count; i++) {
      long missed = to - Math.max(from, scheduledAt[i]);
      if (missed > 0) {
        scheduledAt[i] += missed;
        isDiscounted[i] = true;
      }
    }
  }

  void clear() {
    count = 0;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  /** When the one at a place, 0 the first, was scheduled. */
  long scheduledAt(int place) {
    return scheduledAt[place];
  }

  /** How many have been out for longer than {@code nanos}. */
  int olderThan(double nanos, long now) {
    int older = 0;
    while (older < count && now - scheduledAt[older] > nanos) {
      older++;
    }
    return older;
  }

  private void remove(int from, int to) {
    int rest = count - to;
    System.arraycopy(number, to, number, from, rest);
    System.arraycopy(scheduledAt, to, scheduledAt, from, rest);
    System.arraycopy(isDiscounted, to, isDiscounted, from, rest);
    count -= to - from;
  }
}
