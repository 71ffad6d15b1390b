package dev.ballast.detection;

/** Which rule makes verdicts of answers and silence. */
public sealed interface Detection {
  /** φ accrual: see {@link Accrual}. */
  record Phi(AccrualSettings settings) implements Detection {}

  /**
   * Failures in a row.
   *
   * @param fall how many convict, 1 to 100
   */
  record Count(int fall) implements Detection {
    public Count {
      if (fall < 1 || fall > 100) {
        throw new IllegalArgumentException("fall must be 1 to 100, not " + fall);
      }
    }
  }
}
