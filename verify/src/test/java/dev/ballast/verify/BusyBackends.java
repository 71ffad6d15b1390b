package dev.ballast.verify;

import dev.ballast.balancing.PeakEwma;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * What backends carry, laid out as in an LB server: what each event loop has in flight at all of them stands in one array, which that loop writes and
 * all read; response times are in a cell of each loop at each backend. Loads, response times and utilisations differ, and are drawn by a seed.
 */
final class BusyBackends {
  static final int LOOPS = 2;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final long DECAY_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int LINE = 16;

  /** A loop's share of one backend's numbers. */
  private static final class Cell {
    private final PeakEwma responses = new PeakEwma();
  }

  private static final class Backend {
    private final AtomicReferenceArray<Cell> cells = new AtomicReferenceArray<>(LOOPS);
    private volatile int thousandths;
  }

  private final Backend[] backends;
  private final int[][] inFlight;
  private final int[][] totals = new int[LOOPS][LINE];

  /** @param weights of each, 1 to 8: it has about eight exchanges in flight for each unit */
  BusyBackends(int[] weights, long seed) {
    var random = new SplittableRandom(seed);
    backends = IntStream.of(weights).mapToObj(_ -> new Backend()).toArray(Backend[]::new);
    inFlight = new int[LOOPS][weights.length];
    for (int index = 0; index < weights.length; index++) {
      backends[index].thousandths = random.nextInt(1, 1_000);
      for (int loop = 0; loop < LOOPS; loop++) {
        backends[index].cells.set(loop, new Cell());
        add(index, loop, heads(Byte.SIZE * weights[index], random));
        cell(index, loop).responses.record(random.nextLong(100_000, 50_000_000), 0, DECAY_NANOS);
      }
    }
  }

  /** Of as many tosses of a coin, 64 at most: half of them, more or less. */
  private static int heads(int tosses, SplittableRandom random) {
    return Long.bitCount(random.nextLong() >>> (Long.SIZE - tosses));
  }

  private Cell cell(int index, int loop) {
    return backends[index].cells.getAcquire(loop);
  }

  /** On the loop alone. */
  void add(int index, int loop, int change) {
    add(inFlight[loop], index, change);
    add(totals[loop], 0, change);
  }

  private static void add(int[] numbers, int at, int change) {
    ELEMENT.setOpaque(numbers, at, numbers[at] + change);
  }

  int inFlight(int index) {
    int sum = 0;
    for (int[] ofLoop : inFlight) {
      sum += (int) ELEMENT.getOpaque(ofLoop, index);
    }
    return sum;
  }

  long total() {
    long sum = 0;
    for (int[] ofLoop : totals) {
      sum += (int) ELEMENT.getOpaque(ofLoop, 0);
    }
    return sum;
  }

  long responseNanos(int index, long nowNanos) {
    AtomicReferenceArray<Cell> cells = backends[index].cells;
    long longest = 0;
    for (int loop = 0; loop < cells.length(); loop++) {
      longest = Math.max(longest, cells.getAcquire(loop).responses.nanos(nowNanos, DECAY_NANOS));
    }
    return longest;
  }

  int utilisation(int index) {
    return backends[index].thousandths;
  }
}
