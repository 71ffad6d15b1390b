package dev.ballast.simulator;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What an access log says of traffic: when requests came, and if it says so, how long each took, and the backends that there seem to be.
 *
 * @param arrivals as recorded
 * @param service the durations, in the order of the arrivals, as backends of speed 1 would have had them; empty if the log has none
 * @param groups one for each backend; none if the log names none, or doesn't say how long they took
 * @param report how the log was read
 */
public record Recording(
    Arrivals.Recorded arrivals,
    Optional<ServiceTime.Recorded> service,
    List<Workload.Group> groups,
    Report report) {
  /** From how many requests on a backend's own speed is believed. */
  private static final int BELIEVED = 200;

  /** Differences of speed below this are taken for chance. */
  private static final double ALIKE = 0.1;

  /** The share of time in which a backend had no more at once than its concurrency. */
  private static final double USUAL = 0.99;

  /**
   * How a log was read.
   *
   * @param format what it is in
   * @param lines in all, but for empty ones
   * @param bad that could not be read
   * @param withoutBackend of requests that no backend got, or of another pool
   * @param isWholeSecond whether times were spread over their seconds by chance
   * @param firstBad what was wrong with the first bad line, with its number; empty if none was
   */
  public record Report(
      String format,
      long lines,
      long bad,
      long withoutBackend,
      boolean isWholeSecond,
      String firstBad) {}

  /** How many requests there are. */
  public int size() {
    return arrivals.offsetsNanos().length;
  }

  /**
   * Draws conclusions from what was read.
   *
   * <p>A backend's speed is the median time of all over its own median, if it had at least {@value #BELIEVED} requests and the two differ by more than
   * a tenth. Its concurrency is the same for all: the most that the busiest had at once in 99 % of the time in which it had any, so what waited in line in the log
   * counts as work here.
   *
   * @param beganNanos when each request came, in any order
   * @param durationNanos how long its backend took; none if that is not known
   * @param backends by request: the number of its backend, from 0
   * @param backendCount 0 if none is known
   */
  static Recording of(
      long[] beganNanos, long[] durationNanos, int[] backends, int backendCount, Report report) {
    boolean isTimed = durationNanos.length > 0;
    int[][] ofBackends = byBackend(backends, isTimed ? Math.max(1, backendCount) : 0);
    double[] speeds = speeds(durationNanos, ofBackends);
    var order = new EventHeap();
    for (int i = 0; i < beganNanos.length; i++) {
      order.add(beganNanos[i], i);
    }
    long first = order.firstNanos();
    long[] offsets = new long[beganNanos.length];
    long[] work = new long[beganNanos.length];
    for (int i = 0; i < offsets.length; i++) {
      int request = order.removeFirst();
      offsets[i] = beganNanos[request] - first;
      work[i] =
          isTimed ? Math.max(1, Math.round(durationNanos[request] * speeds[backends[request]])) : 0;
    }
    int concurrency =
        Arrays.stream(ofBackends)
            .mapToInt(own -> usuallyAtOnce(beganNanos, durationNanos, own))
            .max()
            .orElse(1);
    List<Workload.Group> groups =
        Arrays.stream(speeds)
            .limit(backendCount)
            .mapToObj(speed -> new Workload.Group(1, speed, 1, concurrency, ""))
            .toList();
    return new Recording(
        new Arrivals.Recorded(offsets, 1),
        isTimed ? Optional.of(new ServiceTime.Recorded(work)) : Optional.empty(),
        groups,
        report);
  }

  /** The requests of each. */
  private static int[][] byBackend(int[] backends, int count) {
    if (count == 0) {
      return new int[0][];
    }
    int[] sizes = new int[count];
    for (int backend : backends) {
      sizes[backend]++;
    }
    int[][] requests = new int[count][];
    Arrays.setAll(requests, backend -> new int[sizes[backend]]);
    for (int i = backends.length - 1; i >= 0; i--) {
      requests[backends[i]][--sizes[backends[i]]] = i;
    }
    return requests;
  }

  private static double[] speeds(long[] durations, int[][] ofBackends) {
    double[] speeds = new double[ofBackends.length];
    double all = speeds.length == 0 ? 1 : median(durations.clone());
    for (int backend = 0; backend < speeds.length; backend++) {
      int[] own = ofBackends[backend];
      double speed =
          own.length < BELIEVED
              ? 1
              : all
                  / Math.max(1, median(Arrays.stream(own).mapToLong(i -> durations[i]).toArray()));
      speeds[backend] = Math.abs(speed - 1) <= ALIKE ? 1 : Math.clamp(speed, 1e-3, 1e3);
    }
    return speeds;
  }

  private static double median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** How many of these requests there were at once, at most, in {@value #USUAL} of the time in which there was one. */
  private static int usuallyAtOnce(long[] began, long[] durations, int[] requests) {
    var changes = new EventHeap();
    for (int request : requests) {
      changes.add(began[request], 1);
      changes.add(began[request] + durations[request], -1);
    }
    long[] nanosAt = new long[changes.size() / 2 + 2];
    long sum = 0;
    int now = 0;
    long since = changes.isEmpty() ? 0 : changes.firstNanos();
    while (!changes.isEmpty()) {
      long at = changes.firstNanos();
      if (now > 0) {
        nanosAt[now] += at - since;
        sum += at - since;
      }
      since = at;
      now += changes.removeFirst();
    }
    long left = (long) (sum * (1 - USUAL));
    int atOnce = nanosAt.length - 1;
    while (atOnce > 1 && left >= nanosAt[atOnce]) {
      left -= nanosAt[atOnce--];
    }
    return atOnce;
  }
}
