package dev.ballast.verify;

import dev.ballast.locks.Ticker;

/** A monotonic clock that runs faster or slower than the machine's; a change of its speed makes no jump. Thread-safe. */
final class DriftingClock implements Ticker {
  private record Pace(long since, long then, double rate) {
    long at(long nanos) {
      return then + (long) ((nanos - since) * rate);
    }
  }

  private volatile Pace pace = new Pace(System.nanoTime(), 0, 1);

  @Override
  public long nanos() {
    return pace.at(System.nanoTime());
  }

  /** Speed from now on; 1 is the machine's. Called by one thread. */
  void setRate(double rate) {
    long now = System.nanoTime();
    pace = new Pace(now, pace.at(now), rate);
  }
}
