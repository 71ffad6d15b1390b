package dev.ballast.balancing;

/**
 * Times that fade, as numbers from which fading is a subtraction.
 *
 * <p>A score counts in 2<sup>−20</sup> of a halving: the logarithm of a time, as the exponent and the first bits of the fraction of a {@code double} have it, which is
 * exact for powers of two and straight between them; plus the halvings of the clock until then. So what is left of a time is exact at
 * its beginning and after whole halvings, and within 6.2 % between them.
 */
final class Fading {
  private static final int FRACTION_BITS = 20;
  private static final int DROPPED_BITS = 52 - FRACTION_BITS;

  /** Scores of a clock at zero have as many bits: 11 of the exponent. */
  private static final int SCORE_BITS = 11 + FRACTION_BITS;

  /** Of a time of which nothing is left at any time. */
  private static final long NOTHING = Long.MIN_VALUE / 4;

  private static final int MOST_HALVINGS = 64;

  private final double unitsPerNano;

  /** @param decayNanos after how long 1/e is left */
  Fading(long decayNanos) {
    this.unitsPerNano = (1L << FRACTION_BITS) / (decayNanos * Math.log(2));
  }

  private long units(long nanos) {
    return (long) (nanos * unitsPerNano);
  }

  long score(double nanos, long heardNanos) {
    return nanos < 1
        ? NOTHING
        : (Double.doubleToRawLongBits(nanos) >>> DROPPED_BITS) + units(heardNanos);
  }

  /** What is left now of a time with this score; 0 if that is not known, or less than one. */
  long nanos(long score, long nowNanos) {
    return left(score - units(nowNanos));
  }

  /** What is left of a time at this age; exactly that at none. */
  static long left(double nanos, double decays) {
    double halvings = decays / Math.log(2);
    return halvings < MOST_HALVINGS
        ? (long)
            Double.longBitsToDouble(
                Double.doubleToRawLongBits(nanos) - (long) (halvings * (1L << 52)))
        : 0;
  }

  /** Of a time that has faded to nothing the number is negative, and of one that a clock which has turned over makes out too great. */
  private static long left(long bits) {
    return bits >>> SCORE_BITS == 0 ? (long) Double.longBitsToDouble(bits << DROPPED_BITS) : 0;
  }
}
