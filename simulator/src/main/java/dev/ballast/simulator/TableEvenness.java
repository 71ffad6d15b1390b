package dev.ballast.simulator;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How evenly a method shares out a look-up table among backends of equal weight: figure 11 of the paper (Eisenbud et al., "Maglev: A Fast and
 * Reliable Software Network Load Balancer", NSDI 2016, section 5.3).
 *
 * @param entries of each table
 * @param tables of several tables, each under a seed of its own, the shares of the backends that have least and most
 */
public record TableEvenness(TableMethod method, int entries, int backends, List<Extremes> tables) {
  /**
   * Of one table.
   *
   * @param least entries of a backend, over the mean of all; 1 if all have as many
   * @param most the same
   */
  public record Extremes(double least, double most) {}

  public TableEvenness {
    tables = List.copyOf(tables);
    if (tables.isEmpty()) {
      throw new IllegalArgumentException("No table, no extremes");
    }
  }

  /**
   * Fills tables and counts. The same arguments give the same result.
   *
   * @param count how many tables
   */
  public static TableEvenness of(
      TableMethod method, int entries, int backends, int count, long seed) {
    return new TableEvenness(
        method,
        entries,
        backends,
        LongStream.range(seed, seed + count)
            .mapToObj(own -> extremes(FilledTable.of(method, entries, backends, own), backends))
            .toList());
  }

  private static Extremes extremes(FilledTable table, int backends) {
    int[] counts = new int[backends];
    for (int entry = 0; entry < table.entries(); entry++) {
      counts[table.owner(entry)]++;
    }
    double mean = (double) table.entries() / backends;
    return new Extremes(
        Arrays.stream(counts).min().orElseThrow() / mean,
        Arrays.stream(counts).max().orElseThrow() / mean);
  }

  /** The share of the backend that has least, over the mean: the mean of all tables. */
  public double least() {
    return tables.stream().mapToDouble(Extremes::least).average().orElseThrow();
  }

  /** The share of the backend that has most, over the mean: the mean of all tables. */
  public double most() {
    return tables.stream().mapToDouble(Extremes::most).average().orElseThrow();
  }

  /** By how much more than an even share every backend must be able to carry, so that none is overloaded: the mean of all tables. */
  public double overProvisioning() {
    return most() - 1;
  }

  /** The same, of the most even table. */
  public double leastOverProvisioning() {
    return tables.stream().mapToDouble(Extremes::most).min().orElseThrow() - 1;
  }

  /** The same, of the least even table. */
  public double mostOverProvisioning() {
    return tables.stream().mapToDouble(Extremes::most).max().orElseThrow() - 1;
  }
}
