package dev.ballast.verify;

import dev.ballast.balancing.PeakEwma;
import dev.ballast.balancing.ReportedLoad;
import dev.ballast.balancing.ReportedLoads;
import dev.ballast.balancing.ResponseTimes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What backends carry, laid out as in an LB server: what each event loop has in flight at all of them stands in one array, which that loop writes and
 * all read, and so do the response times that it has measured; what the backends report stands in one array of all loops. Loads, response times and utilisations differ, and are drawn by a seed.
 */
final class BusyBackends {
  static final int LOOPS = 2;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final long DECAY_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int LINE = 16;

  /** What stands for no exchange: zero stands for a loop that has not looked at a backend yet. */
  private static final int KNOWN = 1;

  private final int[][] inFlight;
  private final int[][] totals = new int[LOOPS][LINE];
  private final ResponseTimes[] times = new ResponseTimes[LOOPS];
  private final ReportedLoads reports;

  /** @param weights of each, 1 to 8: it has about eight exchanges in flight for each unit */
  BusyBackends(int[] weights, long seed) {
    var random = new SplittableRandom(seed);
    inFlight = new int[LOOPS][weights.length];
    reports = new ReportedLoads(weights.length, DECAY_NANOS);
    Arrays.setAll(times, _ -> new ResponseTimes(weights.length, DECAY_NANOS));
    for (int index = 0; index < weights.length; index++) {
      var said = new ReportedLoad();
      said.heard(random.nextInt(1, 1_000), 0);
      reports.set(index, said);
      for (int loop = 0; loop < LOOPS; loop++) {
        Arrays.fill(inFlight[loop], index, index + 1, KNOWN);
        add(index, loop, heads(Byte.SIZE * weights[index], random));
        var took = new PeakEwma();
        took.record(random.nextLong(100_000, 50_000_000), 0, DECAY_NANOS);
        times[loop].set(index, took);
      }
    }
  }

  /** Of as many tosses of a coin, 64 at most: half of them, more or less. */
  private static int heads(int tosses, SplittableRandom random) {
    return Long.bitCount(random.nextLong() >>> (Long.SIZE - tosses));
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
      int oneMore = (int) ELEMENT.getOpaque(ofLoop, index);
      sum += oneMore == 0 ? unknown(index) : oneMore - KNOWN;
    }
    return sum;
  }

  private static int unknown(int index) {
    throw new IllegalStateException("nobody has counted at " + index);
  }

  long total() {
    long sum = 0;
    for (int[] ofLoop : totals) {
      sum += (int) ELEMENT.getOpaque(ofLoop, 0);
    }
    return sum;
  }

  long responseNanos(int index, long nowNanos) {
    long longest = Long.MIN_VALUE;
    for (ResponseTimes ofLoop : times) {
      long its = ofLoop.score(index);
      longest = Math.max(longest, its == ResponseTimes.UNSET ? unknown(index) : its);
    }
    return times[0].nanos(longest, nowNanos);
  }

  int utilisation(int index, long nowNanos) {
    int said = reports.thousandths(index, nowNanos);
    return said == ReportedLoads.UNSET ? unknown(index) : said;
  }
}
