package dev.ballast.detection;

/**
 * The upper tail of the standard normal distribution on the scale of φ: {@code phi(z) = -log10(Q(z))}, exact to 1e-7 far beyond where Q
 * itself is no longer a double.
 */
final class NormalTail {
  private static final double LN_10 = Math.log(10);
  private static final double LN_SQRT_2_PI = 0.5 * Math.log(2 * Math.PI);

  private NormalTail() {}

  /** φ of {@code z} standard deviations above the mean; 0.301 at the mean, at least 0. */
  static double phi(double z) {
    return -lnQ(z) / LN_10;
  }

  /** The {@code z} at which φ is reached: the inverse of {@link #phi}, by Newton's method on the logarithm. */
  static double inverse(double phi) {
    double wanted = -phi * LN_10;
    double z = phi > 1 ? Math.sqrt(2 * phi * LN_10) : 0;
    for (int i = 0; i < 60; i++) {
      double off = lnQ(z) - wanted;
      double slope = -Math.exp(-z * z / 2 - LN_SQRT_2_PI - lnQ(z));
      double step = off / slope;
      z -= Math.clamp(step, -2, 2);
      if (Math.abs(step) < 1e-12 * Math.max(1, Math.abs(z))) {
        break;
      }
    }
    return z;
  }

  private static double lnQ(double z) {
    if (z < 0) {
      return Math.log1p(-Math.exp(lnQ(-z)));
    }
    return -z * z / 2 - LN_SQRT_2_PI + Math.log(millsRatio(z));
  }

  /**
   * Q(z) divided by the density at z ≥ 0: Laplace's continued fraction (Abramowitz and Stegun 26.2.14) from the inside out where it
   * converges fast, and the power series (26.2.11) near 0.
   */
  private static double millsRatio(double z) {
    if (z < 2) {
      double density = Math.exp(-z * z / 2 - LN_SQRT_2_PI);
      double term = z;
      double sum = z;
      for (int k = 1; k < 60; k++) {
        term *= z * z / (2 * k + 1);
        sum += term;
      }
      return 0.5 / density - sum;
    }
    double fraction = z;
    for (int k = 120; k >= 1; k--) {
      fraction = z + k / fraction;
    }
    return 1 / fraction;
  }
}
