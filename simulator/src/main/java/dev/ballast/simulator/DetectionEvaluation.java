package dev.ballast.simulator;

import dev.ballast.detection.AccrualSettings;
import dev.ballast.detection.Detection;
import dev.ballast.detection.Estimator;
import dev.ballast.detection.Pace;
import dev.ballast.detection.Rising;
import dev.ballast.detection.WatchSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Compares Ballast's failure detector with those of the literature, as section 5 of Hayashibara et al. (SRDS 2004) does: mistakes against
 * time to detection, at one probe a second. The same seed gives the same figures.
 *
 * @param hours for which each detector watches a living target on each link
 * @param deaths of which the times to detection by Ballast are taken
 */
public record DetectionEvaluation(double hours, int deaths, long seed) {
  public static final String BALLAST = "ballast";

  private static final double[] PHIS = {1, 2, 3, 4, 6, 8, 10, 12, 16};
  private static final double[] MARGINS = {0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2};
  private static final double[] TIMEOUTS = {1.05, 1.1, 1.2, 1.5, 2, 2.5, 3, 4};
  private static final int DRAWS = 500;

  /** What came of hitches of one kind and length. */
  public record Hitch(String kind, Duration length, int draws, long convictions) {}

  /** Every detector at one usual setting, on every link. */
  public List<DetectionQuality> comparison() {
    var all = new ArrayList<DetectionQuality>();
    for (Link.Kind link : Link.kinds()) {
      for (Estimator estimator : Estimator.values()) {
        var settings = with(estimator, 8, AccrualSettings.DEFAULT.acceptablePause());
        String name = estimator == Estimator.NORMAL ? BALLAST : BALLAST + " " + lower(estimator);
        all.add(ballast(name, 8, settings, link));
      }
      for (Suspector.Kind kind : usual()) {
        all.add(HeartbeatTrial.run(kind, link, hours, seed));
      }
    }
    return all;
  }

  private static String lower(Estimator estimator) {
    return estimator.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static List<Suspector.Kind> usual() {
    return List.of(
        paper(8),
        akka(8),
        cassandra(8),
        chen(0.2),
        new Suspector.Kind("bertier", 0, () -> new ChenEstimator(1, Double.NaN)),
        fixed(2));
  }

  private static Suspector.Kind paper(double phi) {
    return new Suspector.Kind("φ of the paper", phi, () -> HeartbeatPhi.ofPaper(phi));
  }

  private static Suspector.Kind akka(double phi) {
    return new Suspector.Kind("akka-style", phi, () -> HeartbeatPhi.ofAkka(phi));
  }

  private static Suspector.Kind cassandra(double phi) {
    return new Suspector.Kind("cassandra-style", phi, () -> HeartbeatPhi.ofCassandra(phi));
  }

  private static Suspector.Kind chen(double alpha) {
    return new Suspector.Kind("chen", alpha, () -> new ChenEstimator(1, alpha));
  }

  private static Suspector.Kind fixed(double timeout) {
    return new Suspector.Kind("fixed", timeout, () -> Suspector.fixed(timeout));
  }

  /** Every detector along its parameter, on some links. */
  public List<DetectionQuality> curves() {
    var all = new ArrayList<DetectionQuality>();
    for (Link.Kind link : Link.kinds()) {
      if (!List.of("bursts", "gc", "rec bursts").contains(link.name())) {
        continue;
      }
      for (double phi : PHIS) {
        var settings = with(Estimator.NORMAL, phi, AccrualSettings.DEFAULT.acceptablePause());
        all.add(ballast(BALLAST, phi, settings, link));
        all.add(HeartbeatTrial.run(paper(phi), link, hours, seed));
        all.add(HeartbeatTrial.run(akka(phi), link, hours, seed));
        all.add(HeartbeatTrial.run(cassandra(phi), link, hours, seed));
      }
      DoubleStream.of(MARGINS)
          .forEach(alpha -> all.add(HeartbeatTrial.run(chen(alpha), link, hours, seed)));
      DoubleStream.of(TIMEOUTS)
          .forEach(timeout -> all.add(HeartbeatTrial.run(fixed(timeout), link, hours, seed)));
    }
    return all;
  }

  /** Ballast along its acceptable pause, in seconds, on some links. */
  public List<DetectionQuality> pauses() {
    var all = new ArrayList<DetectionQuality>();
    for (Link.Kind link : Link.kinds()) {
      if (List.of("loss 1%", "bursts", "gc", "rec bursts").contains(link.name())) {
        for (int millis : new int[] {0, 500, 800, 1_000, 1_200, 2_000}) {
          var settings = with(Estimator.NORMAL, 8, Duration.ofMillis(millis));
          all.add(ballast(BALLAST, millis / 1e3, settings, link));
        }
      }
    }
    return all;
  }

  private DetectionQuality ballast(
      String name, double parameter, WatchSettings settings, Link.Kind link) {
    var living = new ObserverTrial(settings, link.create().apply(seed), seed);
    living.run(hours * 3_600, false);
    var dying = new ObserverTrial(settings, link.create().apply(seed + 1), seed);
    dying.run(60, false);
    double[] took = dying.deaths(deaths, new Chance(seed, 9));
    return new DetectionQuality(
        name,
        parameter,
        link.name(),
        hours,
        living.convictions(),
        living.meanMistakeSeconds(),
        DoubleStream.of(took).average().orElse(0),
        took[(int) (0.99 * (took.length - 1))]);
  }

  private static WatchSettings with(Estimator estimator, double phi, Duration pause) {
    var d = AccrualSettings.DEFAULT;
    var accrual =
        new AccrualSettings(
            estimator,
            phi,
            d.window(),
            d.minSamples(),
            d.firstEstimate(),
            d.floor(),
            pause,
            d.cap());
    return new WatchSettings(
        Pace.every(Duration.ofSeconds(1)), new Detection.Phi(accrual), Rising.DEFAULT);
  }

  private static WatchSettings usualSettings() {
    return with(Estimator.NORMAL, 8, AccrualSettings.DEFAULT.acceptablePause());
  }

  /** Losses of everything, and pauses of the observer, of several lengths: how many of them convict a target that lives. */
  public List<Hitch> hitches() {
    var all = new ArrayList<Hitch>();
    for (int millis : new int[] {100, 200, 500, 700, 1_000, 1_500, 2_000}) {
      all.add(hitch("loss burst", Duration.ofMillis(millis)));
    }
    for (int millis : new int[] {100, 500, 1_000, 2_000, 5_000, 10_000}) {
      all.add(hitch("observer pause", Duration.ofMillis(millis)));
    }
    return all;
  }

  private Hitch hitch(String kind, Duration length) {
    double seconds = length.toMillis() / 1e3;
    double[] lostFrom = {Double.POSITIVE_INFINITY};
    Link calm = Link.normal(seed, 20, 5, 0.001);
    Link link =
        at -> at >= lostFrom[0] && at < lostFrom[0] + seconds ? Double.NaN : calm.delayMillis(at);
    var trial = new ObserverTrial(usualSettings(), link, seed);
    var chance = new Chance(seed, 10);
    trial.run(60, false);
    for (int i = 0; i < DRAWS; i++) {
      trial.runUntilHealthy(330 + chance.uniform());
      if (kind.equals("observer pause")) {
        trial.pause(seconds);
      } else {
        lostFrom[0] = trial.seconds();
      }
    }
    trial.run(trial.seconds() + 30, false);
    return new Hitch(kind, length, DRAWS, trial.convictions());
  }

  /** A target that lives for so many days, each probe of which is lost by itself once in 1,000 times. */
  public LongRun longRun(double days) {
    var trial = new ObserverTrial(usualSettings(), Link.normal(seed, 20, 5, 0.001), seed);
    trial.run(days * Link.DAY, false);
    return new LongRun(days, trial.probes(), trial.convictions());
  }

  /** What came of a long run. */
  public record LongRun(double days, long probes, long mistakes) {}

  /** Pictures in SVG by the names of their files. */
  public static Map<String, String> plots(
      List<DetectionQuality> curves, List<DetectionQuality> pauses) {
    return DetectionPlots.of(curves, pauses);
  }
}
