package dev.ballast.detection;

/** When a target was last convicted: up to eight times. Owned by one thread. */
final class Falls {
  private static final int SIZE = 8;

  private final long[] at = new long[SIZE];
  private int count;

  void add(long now) {
    at[count % SIZE] = now;
    count++;
  }

  /** How many of them are not older than {@code nanos}. */
  int within(long nanos, long now) {
    int recent = 0;
    for (int i = 0; i < Math.min(count, SIZE); i++) {
      recent += now - at[i] <= nanos ? 1 : 0;
    }
    return recent;
  }
}
