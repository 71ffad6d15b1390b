package dev.ballast.simulator;

/** Says when the next request comes, and the next. Not thread-safe. */
sealed interface ArrivalClock {
  /** Nanoseconds from the beginning; never less than it said before. */
  long next();

  static ArrivalClock of(Arrivals arrivals, Chance chance) {
    return switch (arrivals) {
      case Arrivals.Poisson poisson -> new Steady(1e9 / poisson.perSecond(), chance);
      case Arrivals.Bursty bursty -> new Bursts(bursty, chance);
      case Arrivals.Recorded recorded -> new Played(recorded);
    };
  }

  /** Exponential gaps. */
  final class Steady implements ArrivalClock {
    private final double gapNanos;
    private final Chance chance;
    private double now;

    Steady(double gapNanos, Chance chance) {
      this.gapNanos = gapNanos;
      this.chance = chance;
    }

    @Override
    public long next() {
      now += gapNanos * chance.exponential();
      return (long) now;
    }
  }

  /** Exponential gaps; one that reaches beyond its phase is drawn anew from there, which is the same as it has no memory. */
  final class Bursts implements ArrivalClock {
    private final double[] gapNanos;
    private final double[] phaseNanos;
    private final Chance chance;
    private double now;
    private double phaseEnd;
    private int phase;

    Bursts(Arrivals.Bursty bursty, Chance chance) {
      double gap = 1e9 / bursty.perSecond();
      this.gapNanos = new double[] {gap / bursty.quietFactor(), gap / bursty.factor()};
      this.phaseNanos =
          new double[] {(double) bursty.between().toNanos(), (double) bursty.burst().toNanos()};
      this.chance = chance;
      this.phaseEnd = phaseNanos[0] * chance.exponential();
    }

    @Override
    public long next() {
      double next = now + gapNanos[phase] * chance.exponential();
      while (next > phaseEnd) {
        now = phaseEnd;
        phase = 1 - phase;
        phaseEnd = now + phaseNanos[phase] * chance.exponential();
        next = now + gapNanos[phase] * chance.exponential();
      }
      now = next;
      return (long) now;
    }
  }

  /** As recorded, over and over. */
  final class Played implements ArrivalClock {
    private final Arrivals.Recorded recorded;
    private int next;
    private double start;

    Played(Arrivals.Recorded recorded) {
      this.recorded = recorded;
    }

    @Override
    public long next() {
      if (next == recorded.offsetsNanos().length) {
        next = 0;
        start += recorded.period();
      }
      return (long) ((start + recorded.offsetsNanos()[next++]) / recorded.speed());
    }
  }
}
