package dev.ballast.simulator;

/**
 * NFD-E of Chen, Toueg and Aguilera, "On the quality of service of failure detectors" (IEEE Transactions on Computers, 2002), section 6:
 * the next answer is expected at the mean of the last 1,000 arrivals, each shifted to its number, and suspected α later. With β it is
 * the adaptive margin of Bertier, Marin and Sens, "Implementation and performance evaluation of an adaptable failure detector" (DSN
 * 2002): β = 1, φ = 4, γ = 0.1 in the place of a fixed α.
 */
final class ChenEstimator implements Suspector {
  private static final int WINDOW = 1_000;
  private static final double BETA = 1;
  private static final double PHI = 4;
  private static final double GAMMA = 0.1;

  private final double interval;
  private final double alpha;
  private final double[] shifted = new double[WINDOW];
  private int count;
  private double sum;
  private double expected = Double.POSITIVE_INFINITY;
  private double delay;
  private double variation;

  /** @param alpha the margin in seconds; NaN for that of Bertier */
  ChenEstimator(double interval, double alpha) {
    this.interval = interval;
    this.alpha = alpha;
  }

  @Override
  public void arrived(long probe, double at) {
    if (Double.isFinite(expected)) {
      double error = at - expectedOf(probe) - delay;
      delay += GAMMA * error;
      variation += GAMMA * (Math.abs(error) - variation);
    }
    double own = at - probe * interval;
    int place = count % WINDOW;
    sum += own - (count >= WINDOW ? shifted[place] : 0);
    shifted[place] = own;
    count++;
    expected = expectedOf(probe + 1);
  }

  private double expectedOf(long probe) {
    return sum / Math.min(count, WINDOW) + probe * interval;
  }

  @Override
  public double suspectsAt() {
    return expected + (Double.isNaN(alpha) ? BETA * delay + PHI * variation : alpha);
  }
}
