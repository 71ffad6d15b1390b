package dev.ballast.model;

import java.math.BigInteger;

/** How backends and keys are brought together by {@link Algorithm.Hash}, so that a change of backends moves few keys. */
public sealed interface KeyTable {
  /** Its name in documents. */
  String type();

  /**
   * A table that all backends fill evenly (Maglev).
   *
   * @param size how many entries, a prime of {@value #LEAST} to {@value #MOST}
   */
  record Maglev(int size) implements KeyTable {
    /** The smallest prime that is taken. */
    public static final int LEAST = 251;

    /** The largest prime that is taken. */
    public static final int MOST = 5_000_011;

    /** That of the paper's evaluation. */
    public static final int DEFAULT = 65_537;

    public Maglev {
      if (size < LEAST || size > MOST || !BigInteger.valueOf(size).isProbablePrime(50)) {
        throw new IllegalArgumentException(
            "tableSize is a prime of "
                + LEAST
                + " to "
                + MOST
                + ", such as "
                + DEFAULT
                + ", not "
                + size);
      }
    }

    @Override
    public String type() {
      return "maglev";
    }
  }

  /**
   * Points on a ring.
   *
   * @param points of the heaviest backend, {@value #LEAST} to {@value #MOST}
   */
  record RingHash(int points) implements KeyTable {
    /** Fewest points. */
    public static final int LEAST = 1;

    /** Most points. */
    public static final int MOST = 1_000;

    /** As many as clients of memcached use. */
    public static final int DEFAULT = 160;

    public RingHash {
      if (points < LEAST || points > MOST) {
        throw new IllegalArgumentException(
            "points are " + LEAST + " to " + MOST + ", not " + points);
      }
    }

    @Override
    public String type() {
      return "ring-hash";
    }
  }

  /** The highest of all backends' bids for the key. */
  record Rendezvous() implements KeyTable {
    @Override
    public String type() {
      return "rendezvous";
    }
  }
}
