package dev.ballast.balancing;

/** What makes an exchange with one member cost more than with another, besides what it carries already. */
enum Measure {
  /** Nothing: an exchange is an exchange. */
  NONE,

  /** How long it lately took to answer. */
  RESPONSE_TIME,

  /** How busy it said it was. */
  UTILISATION;

  /** A member of whom the measure is not known; then those that are compared are compared without it. */
  static final long UNKNOWN = 0;

  long of(int index, Loads loads) {
    return switch (this) {
      case NONE -> UNKNOWN;
      case RESPONSE_TIME -> loads.responseNanos(index);
      case UTILISATION -> loads.utilisation(index);
    };
  }
}
