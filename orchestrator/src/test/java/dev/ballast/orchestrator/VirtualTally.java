package dev.ballast.orchestrator;

/** What happened in many schedules, to show that they are about something. */
final class VirtualTally {
  long schedules;
  long nanos;
  long probes;
  long handOvers;
  long convictions;
  long transactions;
  long written;
  long refused;

  /** Adds those of another. */
  void add(VirtualTally other) {
    schedules++;
    nanos += other.nanos;
    probes += other.probes;
    handOvers += other.handOvers;
    convictions += other.convictions;
    transactions += other.transactions;
    written += other.written;
    refused += other.refused;
  }

  @Override
  public String toString() {
    return "%,d schedules of %.0f s on average: %,d probes, %,d shares given to another, %,d convictions, %,d transactions with %,d statuses, and %,d statuses refused by their tokens"
        .formatted(
            schedules,
            nanos / 1e9 / Math.max(1, schedules),
            probes,
            handOvers,
            convictions,
            transactions,
            written,
            refused);
  }
}
