package dev.ballast.simulator;

import java.util.Arrays;
import java.util.List;

/**
 * All backends: how fast each works, on how many requests, who waits in line, and what of it adds up over time. Not thread-safe.
 */
final class Backends {
  /** Over how long a backend averages how busy it is before it says so; older times count about e<sup>−age/this</sup>. */
  private static final double REPORT_NANOS = 1e9;

  final int count;
  final double[] speeds;
  final int[] weights;
  final int[] concurrencies;
  final String[] zones;
  final int[] inService;
  final int[] waiting;
  final boolean[] isDown;
  final double[] slowness;

  private final int[] firsts;
  private final int[] lasts;
  private final double[] busyNanos;
  private final double[] waitedNanos;
  private final long[] sinceNanos;
  private final double[] reported;
  private final boolean isReporting;
  private int mostWaiting;

  Backends(List<Workload.Group> groups, boolean isReporting) {
    this.count = groups.stream().mapToInt(Workload.Group::count).sum();
    this.isReporting = isReporting;
    speeds = new double[count];
    weights = new int[count];
    concurrencies = new int[count];
    zones = new String[count];
    inService = new int[count];
    waiting = new int[count];
    isDown = new boolean[count];
    slowness = new double[count];
    firsts = new int[count];
    lasts = new int[count];
    busyNanos = new double[count];
    waitedNanos = new double[count];
    sinceNanos = new long[count];
    reported = new double[count];
    Arrays.fill(firsts, Requests.NONE);
    Arrays.fill(slowness, 1);
    int next = 0;
    for (Workload.Group group : groups) {
      Arrays.fill(speeds, next, next + group.count(), group.speed());
      Arrays.fill(weights, next, next + group.count(), group.weight());
      Arrays.fill(concurrencies, next, next + group.count(), group.concurrency());
      Arrays.fill(zones, next, next + group.count(), group.zone());
      next += group.count();
    }
  }

  /** Adds up what has been since the last change; before each. */
  void advance(int backend, long now) {
    double elapsed = now - sinceNanos[backend];
    busyNanos[backend] += elapsed * inService[backend];
    waitedNanos[backend] += elapsed * waiting[backend];
    sinceNanos[backend] = now;
    if (isReporting) {
      double busy = (double) inService[backend] / concurrencies[backend];
      double x = elapsed / REPORT_NANOS;
      double kept = 1 / (1 + x * (1 + x / 2));
      reported[backend] = busy + (reported[backend] - busy) * kept;
    }
  }

  boolean hasRoom(int backend) {
    return inService[backend] < concurrencies[backend];
  }

  /** How long the work takes if it is begun now. */
  long serviceNanos(int backend, long workNanos) {
    return Math.max(1, Math.round(workNanos * (slowness[backend] / speeds[backend])));
  }

  void queue(int backend, int slot, Requests requests) {
    requests.nexts[slot] = Requests.NONE;
    if (firsts[backend] == Requests.NONE) {
      firsts[backend] = slot;
    } else {
      requests.nexts[lasts[backend]] = slot;
    }
    lasts[backend] = slot;
    waiting[backend]++;
    mostWaiting = Math.max(mostWaiting, waiting[backend]);
  }

  /** The first in line, or {@link Requests#NONE}. */
  int unqueue(int backend, Requests requests) {
    int slot = firsts[backend];
    if (slot != Requests.NONE) {
      firsts[backend] = requests.nexts[slot];
      waiting[backend]--;
    }
    return slot;
  }

  /** How busy it says it is, in thousandths; at least 1, as 0 says nothing. */
  int utilisation(int backend) {
    return Math.max(1, (int) Math.round(1_000 * reported[backend]));
  }

  /** Request-nanoseconds in service at it so far. */
  double busyNanos(int backend) {
    return busyNanos[backend];
  }

  /** Request-nanoseconds in line at it so far. */
  double waitedNanos(int backend) {
    return waitedNanos[backend];
  }

  /** The longest line since this was asked last. */
  int takeMostWaiting() {
    int most = mostWaiting;
    mostWaiting = Arrays.stream(waiting).max().orElse(0);
    return most;
  }
}
