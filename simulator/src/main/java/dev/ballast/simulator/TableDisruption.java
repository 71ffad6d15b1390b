package dev.ballast.simulator;

import dev.ballast.model.KeyTable;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How many entries of a Maglev table have another backend after some have failed at once: figure 12 of the paper (Eisenbud et al., "Maglev: A Fast
 * and Reliable Software Network Load Balancer", NSDI 2016, section 5.3). The means of several draws of those that fail.
 *
 * @param failed of how many backends
 * @param draws how often they were drawn
 * @param lost share of the entries that those had who failed: they have to change whatever is done
 * @param rebuilt share of the entries that change, the lost ones included, when the table is built anew without them, as in the paper
 * @param kept the same when the table is kept and those who failed are skipped at the look-up, as an LB server does
 */
public record TableDisruption(
    int entries, int backends, int failed, int draws, double lost, double rebuilt, double kept) {

  /**
   * Draws those that fail, and counts. The same arguments give the same result.
   *
   * @param entries a prime
   * @param failed less than {@code backends}
   */
  public static TableDisruption of(int entries, int backends, int failed, int draws, long seed) {
    FilledTable before = FilledTable.of(new KeyTable.Maglev(entries), entries, backends, seed);
    var random = new SplittableRandom(seed + failed);
    long lost = 0;
    long rebuilt = 0;
    long kept = 0;
    for (int draw = 0; draw < draws; draw++) {
      BitSet gone = drawn(failed, backends, random);
      FilledTable after = before.without(gone);
      int[] meanwhile = before.ownersWhileOut(gone);
      for (int entry = 0; entry < entries; entry++) {
        int owner = before.owner(entry);
        lost += gone.get(owner) ? 1 : 0;
        rebuilt += after.owner(entry) == owner ? 0 : 1;
        kept += meanwhile[entry] == owner ? 0 : 1;
      }
    }
    double all = (double) entries * draws;
    return new TableDisruption(
        entries, backends, failed, draws, lost / all, rebuilt / all, kept / all);
  }

  private static BitSet drawn(int count, int of, SplittableRandom random) {
    var drawn = new BitSet(of);
    while (drawn.cardinality() < count) {
      drawn.set(random.nextInt(of));
    }
    return drawn;
  }

  /** Share of the entries of those who stay that change all the same when the table is built anew. */
  public double moved() {
    return rebuilt - lost;
  }

  /**
   * Draws the share of entries that change, for each size, over the share of backends that fail, as a picture in SVG.
   *
   * @param all at least one
   */
  public static String plot(List<TableDisruption> all) {
    return TablePlots.ofDisruption(all);
  }
}
