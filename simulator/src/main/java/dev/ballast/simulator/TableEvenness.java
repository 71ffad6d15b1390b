package dev.ballast.simulator;

import dev.ballast.model.KeyTable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How evenly a way of consistent hashing shares out a look-up table among backends of equal weight: figure 11 of the paper (Eisenbud et al., "Maglev: A Fast and
 * Reliable Software Network Load Balancer", NSDI 2016, section 5.3).
 *
 * @param table of an LB server
 * @param entries of the look-up table that is filled by it
 * @param tables of several tables, each under a seed of its own, the shares of the backends that have least and most
 */
public record TableEvenness(KeyTable table, int entries, int backends, List<Extremes> tables) {
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
   * Of the three that the paper compares, of these sizes: Maglev, Karger's ring with as many points of each backend as in the paper ("views"), and
   * rendezvous. The same arguments give the same result.
   *
   * @param sizes primes
   * @param count tables of each size, each under a seed of its own
   */
  public static List<TableEvenness> ofAll(List<Integer> sizes, int backends, int count, long seed) {
    return Stream.<IntFunction<KeyTable>>of(
            KeyTable.Maglev::new,
            _ -> new KeyTable.RingHash(KeyTable.RingHash.MOST),
            _ -> new KeyTable.Rendezvous())
        .flatMap(
            kind -> sizes.stream().map(size -> of(kind.apply(size), size, backends, count, seed)))
        .toList();
  }

  static TableEvenness of(KeyTable table, int entries, int backends, int count, long seed) {
    return new TableEvenness(
        table,
        entries,
        backends,
        LongStream.range(seed, seed + count)
            .mapToObj(own -> extremes(FilledTable.of(table, entries, backends, own), backends))
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

  /**
   * Draws the backends that have least and most, for each table and size, as a picture in SVG.
   *
   * @param all of the same sizes for each table, at least one
   */
  public static String plot(List<TableEvenness> all) {
    return TablePlots.ofEvenness(all);
  }
}
