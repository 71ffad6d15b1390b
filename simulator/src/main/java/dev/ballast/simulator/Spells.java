package dev.ballast.simulator;

/** Bad spells that come at random, exponentially far apart. Asked at times that never go back. Not thread-safe. */
final class Spells {
  private final Chance chance;
  private final double apartSeconds;
  private final double least;
  private final double most;
  private final boolean isExponential;
  private double begin;
  private double end;

  /**
   * @param apartSeconds from the end of one to the beginning of the next, on average
   * @param isExponential whether {@code most} is the mean of exponential lengths; otherwise they are even from {@code least} to it
   */
  Spells(Chance chance, double apartSeconds, double least, double most, boolean isExponential) {
    this.chance = chance;
    this.apartSeconds = apartSeconds;
    this.least = least;
    this.most = most;
    this.isExponential = isExponential;
    next(0);
  }

  boolean isIn(double seconds) {
    while (seconds >= end) {
      next(end);
    }
    return seconds >= begin;
  }

  /** When the spell that was found ends. */
  double end() {
    return end;
  }

  private void next(double from) {
    begin = from + apartSeconds * chance.exponential();
    double length =
        isExponential ? most * chance.exponential() : least + (most - least) * chance.uniform();
    end = begin + length;
  }
}
