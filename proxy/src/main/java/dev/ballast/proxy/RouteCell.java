package dev.ballast.proxy;

/** What one event loop counts of one route. */
final class RouteCell {
  private final Tally<RouteCounter> counts = new Tally<>(RouteCounter.class);
  private final Durations durations = new Durations();

  void began() {
    counts.increment(RouteCounter.IN_FLIGHT);
  }

  void ended(RouteCounter outcome, long nanos) {
    counts.decrement(RouteCounter.IN_FLIGHT);
    counts.increment(outcome);
    durations.add(nanos);
  }

  Tally<RouteCounter> counts() {
    return counts;
  }

  Durations durations() {
    return durations;
  }
}
