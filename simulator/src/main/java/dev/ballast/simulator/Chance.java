package dev.ballast.simulator;

/**
 * A stream of random numbers that a seed fixes on every machine: xoshiro256++ (Blackman, Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), with logarithms of {@link StrictMath}. Streams of different numbers are as if independent, so what one part of a
 * simulation draws does not change what another draws. Not thread-safe.
 */
final class Chance {
  private static final double UNIT = 0x1p-53;
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private long s0;
  private long s1;
  private long s2;
  private long s3;
  private double spare = Double.NaN;

  /** @param stream which of the streams of this seed */
  Chance(long seed, long stream) {
    long state = mix(seed) ^ mix(~stream);
    long[] words = new long[4];
    for (int i = 0; i < words.length; i++) {
      state += STEP;
      words[i] = mix(state);
    }
    s0 = words[0];
    s1 = words[1];
    s2 = words[2];
    s3 = words[3];
  }

  /** The finaliser of SplitMix64. */
  static long mix(long value) {
    long bits = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return bits ^ (bits >>> 31);
  }

  /** 64 random bits. */
  long bits() {
    long result = Long.rotateLeft(s0 + s3, 23) + s0;
    long shifted = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = Long.rotateLeft(s3, 45);
    return result;
  }

  /** Above 0 and below 1, evenly. */
  double uniform() {
    return ((bits() >>> 11) + 0.5) * UNIT;
  }

  /** 0 to {@code bound} − 1, evenly. */
  int below(int bound) {
    return (int) (((bits() >>> 32) * bound) >>> 32);
  }

  /** Exponential, of mean 1. */
  double exponential() {
    return -StrictMath.log(uniform());
  }

  /** Normal, of mean 0 and variance 1 (polar method; Marsaglia, Bray 1964). */
  double gaussian() {
    if (!Double.isNaN(spare)) {
      double kept = spare;
      spare = Double.NaN;
      return kept;
    }
    double x;
    double y;
    double square;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1);
    double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
    spare = y * factor;
    return x * factor;
  }
}
