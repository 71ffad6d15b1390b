package dev.ballast.simulator;

import java.util.Arrays;

/**
 * Watches a target that never dies by a {@link Suspector}, asking once a second. Each time an answer is in, it also works out how long
 * a death before the next one would have stayed unnoticed.
 */
final class HeartbeatTrial {
  private static final double INTERVAL = 1;
  private static final int WARM_UP = 100;

  private HeartbeatTrial() {}

  static DetectionQuality run(Suspector.Kind kind, Link.Kind on, double hours, long seed) {
    Suspector suspector = kind.create().get();
    Link link = on.create().apply(seed);
    var chance = new Chance(seed, 7);
    int probes = WARM_UP + (int) (hours * 3_600 / INTERVAL);
    double[] detections = new double[probes];
    int deaths = 0;
    long mistakes = 0;
    double mistaken = 0;
    double latest = 0;
    for (int probe = 0; probe < probes; probe++) {
      double sent = probe * INTERVAL;
      double delay = link.delayMillis(sent) / 1e3;
      double at = Math.max(sent + delay, latest);
      if (Double.isNaN(at)) {
        continue;
      }
      latest = at;
      double suspected = suspector.suspectsAt();
      if (probe >= WARM_UP && suspected < at) {
        mistakes++;
        mistaken += at - suspected;
      }
      suspector.arrived(probe, at);
      double death = sent + delay / 2 + INTERVAL * chance.uniform();
      if (probe >= WARM_UP) {
        detections[deaths++] = Math.max(0, suspector.suspectsAt() - death);
      }
    }
    double[] sorted = Arrays.copyOf(detections, deaths);
    Arrays.sort(sorted);
    return new DetectionQuality(
        kind.name(),
        kind.parameter(),
        on.name(),
        hours,
        mistakes,
        mistakes == 0 ? 0 : mistaken / mistakes,
        Arrays.stream(sorted).average().orElse(0),
        sorted[(int) (0.99 * (deaths - 1))]);
  }
}
