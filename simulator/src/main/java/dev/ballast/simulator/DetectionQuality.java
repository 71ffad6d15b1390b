package dev.ballast.simulator;

/**
 * What a failure detector is worth on a link (Chen et al. 2002, section 2.2): how often and for how long it is mistaken, and how soon it
 * is right.
 *
 * @param parameter of the detector
 * @param hours watched
 * @param mistakes while the target lived
 * @param meanMistakeSeconds how long one lasted; 0 where there is none
 * @param meanDetectionSeconds from a death to its detection
 * @param p99DetectionSeconds the same, of which 1 in 100 takes longer
 */
public record DetectionQuality(
    String detector,
    double parameter,
    String link,
    double hours,
    long mistakes,
    double meanMistakeSeconds,
    double meanDetectionSeconds,
    double p99DetectionSeconds) {
  public double mistakesPerHour() {
    return mistakes / hours;
  }
}
