package dev.ballast.detection;

/** φ of a normal distribution, for whoever compares detectors. */
public final class Tail {
  private Tail() {}

  /** How many standard deviations above the mean φ is reached: {@code -log10(Q(z)) = φ}. */
  public static double deviations(double phi) {
    return NormalTail.inverse(phi);
  }
}
