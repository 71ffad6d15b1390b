package dev.ballast.detection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** When a target was last convicted: up to eight times. Owned by one thread. */
final class Falls {
  private static final int SIZE = 8;

  /** Most targets never fall, so it is made with the first. */
  private long[] at = new long[0];

  private int count;

  void add(long now) {
    if (at.length == 0) {
      at = new long[SIZE];
    }
    at[count % SIZE] = now;
    count++;
  }

  /** How long ago they were, the last one first. */
  List<Duration> ages(long now) {
    var ages = new ArrayList<Duration>();
    for (int i = count - 1; i >= Math.max(0, count - SIZE); i--) {
      ages.add(Duration.ofNanos(now - at[i % SIZE]));
    }
    return ages;
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
