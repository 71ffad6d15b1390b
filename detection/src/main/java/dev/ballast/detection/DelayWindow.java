package dev.ballast.detection;

import java.time.Duration;

/**
 * The last delays of a target's answers, each counted from when its probe was <em>scheduled</em>: neither jitter nor a changed
 * interval enters. Mean and deviation are kept as sums of whole microseconds, so they are exact however long it runs.
 *
 * <p>Owned by one thread.
 */
final class DelayWindow {
  static final int MAX_SIZE = 1_000;
  private static final long MAX_MICROS = Duration.ofSeconds(60).toNanos() / 1_000;

  private final int[] micros;
  private int next;
  private int count;
  private long sum;
  private long sumOfSquares;

  /**
   * An empty window.
   *
   * @param size samples kept, 1 to {@value #MAX_SIZE}
   */
  DelayWindow(int size) {
    micros = new int[size];
  }

  /** Takes in a delay, cut to 0 to 60 s, in the place of the oldest once the window is full. */
  void add(long nanos) {
    int sample = (int) Math.clamp(nanos / 1_000, 0, MAX_MICROS);
    if (count == micros.length) {
      long oldest = micros[next];
      sum -= oldest;
      sumOfSquares -= oldest * oldest;
    } else {
      count++;
    }
    micros[next] = sample;
    next = next + 1 == micros.length ? 0 : next + 1;
    sum += sample;
    sumOfSquares += (long) sample * sample;
  }

  int count() {
    return count;
  }

  /** In nanoseconds; 0 where there is none yet. */
  double mean() {
    return count == 0 ? 0 : 1e3 * sum / count;
  }

  /** Standard deviation of the population, in nanoseconds. */
  double deviation() {
    if (count == 0) {
      return 0;
    }
    double mean = (double) sum / count;
    return 1e3 * Math.sqrt(Math.max(0, (double) sumOfSquares / count - mean * mean));
  }

  /** The delay, in nanoseconds, that exactly {@code above} of the samples lie above; the longest for 0. */
  long withAbove(int above) {
    var sorted = java.util.Arrays.copyOf(micros, count);
    java.util.Arrays.sort(sorted);
    return 1_000L * sorted[Math.max(0, count - 1 - above)];
  }

  /** How many samples lie above a delay. */
  int above(double nanos) {
    int above = 0;
    for (int i = 0; i < count; i++) {
      above += 1e3 * micros[i] > nanos ? 1 : 0;
    }
    return above;
  }
}
