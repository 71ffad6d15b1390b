package dev.ballast.balancing;

/** What makes an exchange with one member cost more than with another, besides what it carries already. */
enum Measure {
  /** Nothing: an exchange is an exchange. */
  NONE {
    @Override
    long of(int index, Loads loads) {
      return UNKNOWN;
    }
  },

  /** How long it lately took to answer. */
  RESPONSE_TIME {
    @Override
    long of(int index, Loads loads) {
      return loads.responseNanos(index);
    }
  },

  /** How busy it said it was. */
  UTILISATION {
    @Override
    long of(int index, Loads loads) {
      return loads.utilisation(index);
    }
  };

  /** A member of whom the measure is not known; then those that are compared are compared without it. */
  static final long UNKNOWN = 0;

  abstract long of(int index, Loads loads);
}
