package dev.ballast.detection;

/**
 * How suspicious a silence is, judged by the delays of past answers: {@code φ(t) = -log10(P(delay > t))}, after Hayashibara,
 * Défago, Yared and Katayama, "The φ accrual failure detector" (SRDS 2004), section 4, with delays after the schedule in the place of
 * times between arrivals. φ = 1 errs once in 10, φ = 8 once in 10^8, as far as the delays stay as they were.
 */
public enum Estimator {
  /** Delays are normally distributed, as in the paper. The floor is one under the deviation. */
  NORMAL {
    @Override
    double phi(DelayWindow window, double floor, double nanos) {
      return NormalTail.phi((nanos - window.mean()) / Math.max(floor, window.deviation()));
    }

    @Override
    double silence(DelayWindow window, double floor, Level level) {
      return window.mean() + level.z() * Math.max(floor, window.deviation());
    }
  },

  /** Delays are exponentially distributed, as Cassandra has it. The floor is one under the mean. */
  EXPONENTIAL {
    @Override
    double phi(DelayWindow window, double floor, double nanos) {
      return nanos / (Math.max(floor, window.mean()) * LN_10);
    }

    @Override
    double silence(DelayWindow window, double floor, Level level) {
      return level.phi() * Math.max(floor, window.mean()) * LN_10;
    }
  },

  /**
   * Delays are distributed as they were; past the longest one seen, exponentially with the floor as the mean, so that few
   * samples never mean certainty.
   */
  HISTOGRAM {
    @Override
    double phi(DelayWindow window, double floor, double nanos) {
      int above = window.above(nanos);
      double seen = Math.log10((window.count() + 1.0) / (above + 1.0));
      return above > 0 ? seen : seen + Math.max(0, nanos - window.withAbove(0)) / (floor * LN_10);
    }

    @Override
    double silence(DelayWindow window, double floor, Level level) {
      double most = Math.log10(window.count() + 1.0);
      if (level.phi() > most) {
        return window.withAbove(0) + (level.phi() - most) * floor * LN_10;
      }
      int above = (int) ((window.count() + 1.0) * Math.pow(10, -level.phi()) - 1);
      return window.withAbove(Math.max(0, above));
    }
  };

  private static final double LN_10 = Math.log(10);

  /** How many standard deviations above the mean φ is reached where delays are normally distributed. */
  public static double deviations(double phi) {
    return NormalTail.inverse(phi);
  }

  /** φ of a silence of {@code nanos}. */
  abstract double phi(DelayWindow window, double floor, double nanos);

  /** The silence, in nanoseconds, whose φ is {@code level}. */
  abstract double silence(DelayWindow window, double floor, Level level);

  /**
   * A value of φ, with what is worked out from it once.
   *
   * @param z the same on the scale of standard deviations
   */
  record Level(double phi, double z) {
    static Level of(double phi) {
      return new Level(phi, NormalTail.inverse(phi));
    }
  }
}
