package dev.ballast.simulator;

import dev.ballast.detection.Estimator;

/**
 * φ over the times between arrivals, as Hayashibara et al. have it (SRDS 2004) and as two systems use it: Akka with a normal
 * distribution whose deviation is at least 100 ms, and an acceptable pause of 3 s that is added to the mean; Cassandra with an exponential
 * distribution, so that the time is a multiple of the mean. The last 1,000 times count.
 */
final class HeartbeatPhi implements Suspector {
  private static final int WINDOW = 1_000;
  private static final double LN_10 = Math.log(10);

  private final double phi;
  private final double z;
  private final boolean isExponential;
  private final double floor;
  private final double pause;
  private final double[] gaps = new double[WINDOW];
  private int count;
  private double sum;
  private double squares;
  private double last = Double.NaN;

  private HeartbeatPhi(double phi, boolean isExponential, double floor, double pause) {
    this.phi = phi;
    this.z = Estimator.deviations(phi);
    this.isExponential = isExponential;
    this.floor = floor;
    this.pause = pause;
  }

  static HeartbeatPhi ofPaper(double phi) {
    return new HeartbeatPhi(phi, false, 0, 0);
  }

  static HeartbeatPhi ofAkka(double phi) {
    return new HeartbeatPhi(phi, false, 0.1, 3);
  }

  static HeartbeatPhi ofCassandra(double phi) {
    return new HeartbeatPhi(phi, true, 0, 0);
  }

  @Override
  public void arrived(long probe, double at) {
    if (!Double.isNaN(last)) {
      double gap = at - last;
      int place = count % WINDOW;
      double oldest = count >= WINDOW ? gaps[place] : 0;
      sum += gap - oldest;
      squares += gap * gap - oldest * oldest;
      gaps[place] = gap;
      count++;
    }
    last = at;
  }

  @Override
  public double suspectsAt() {
    if (count < 10) {
      return Double.POSITIVE_INFINITY;
    }
    int kept = Math.min(count, WINDOW);
    double mean = sum / kept;
    if (isExponential) {
      return last + phi * LN_10 * mean;
    }
    double deviation = Math.sqrt(Math.max(0, squares / kept - mean * mean));
    return last + pause + mean + z * Math.max(floor, deviation);
  }
}
