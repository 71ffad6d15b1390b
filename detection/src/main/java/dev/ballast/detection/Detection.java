package dev.ballast.detection;

import dev.ballast.model.Verdict;

/** Which rule makes verdicts of answers and silence. */
public sealed interface Detection {
  /** A detector for one target, with the verdict that is on record of it. */
  Detector detector(Verdict known);

  /** φ accrual: see {@link Accrual}. */
  record Phi(AccrualSettings settings) implements Detection {
    @Override
    public Detector detector(Verdict known) {
      return new Accrual(settings, known != Verdict.UNKNOWN);
    }
  }

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

    @Override
    public Detector detector(Verdict known) {
      return new Counting(fall);
    }
  }
}
