package dev.ballast.simulator;

import dev.ballast.balancing.KeyedHash;
import java.nio.charset.StandardCharsets;

/**
 * What requests are hashed by: keys of which some are asked for more often than others, the k-th as often as k<sup>−exponent</sup> says (Zipf's
 * law). Drawn in constant time by the alias method (Walker 1977; Vose 1991). Immutable.
 */
final class Keys {
  private final long[] hashes;
  private final int[] aliases;
  private final double[] thresholds;

  /** @param exponent 0: all alike */
  Keys(int distinct, double exponent, long fleetSeed) {
    var hash = KeyedHash.ofKeys(fleetSeed);
    hashes = new long[distinct];
    aliases = new int[distinct];
    thresholds = new double[distinct];
    double sum = 0;
    for (int i = 0; i < distinct; i++) {
      hashes[i] = hash.of(("key-" + i).getBytes(StandardCharsets.US_ASCII));
      thresholds[i] = StrictMath.pow(i + 1.0, -exponent);
      sum += thresholds[i];
    }
    for (int i = 0; i < distinct; i++) {
      thresholds[i] *= distinct / sum;
    }
    pair();
  }

  /** Gives each slot that is not full an alias that fills it up. */
  private void pair() {
    int size = hashes.length;
    int[] poor = new int[size];
    int[] rich = new int[size];
    int poors = 0;
    int riches = 0;
    for (int i = 0; i < size; i++) {
      if (thresholds[i] < 1) {
        poor[poors++] = i;
      } else {
        rich[riches++] = i;
      }
    }
    while (poors > 0 && riches > 0) {
      int filled = poor[--poors];
      int giver = rich[riches - 1];
      aliases[filled] = giver;
      thresholds[giver] -= 1 - thresholds[filled];
      if (thresholds[giver] < 1) {
        riches--;
        poor[poors++] = giver;
      }
    }
    while (poors > 0) {
      thresholds[poor[--poors]] = 1;
    }
    while (riches > 0) {
      thresholds[rich[--riches]] = 1;
    }
  }

  /** The hash of the key that the next request has. */
  long draw(Chance chance) {
    int slot = chance.below(hashes.length);
    return hashes[chance.uniform() < thresholds[slot] ? slot : aliases[slot]];
  }

  int distinct() {
    return hashes.length;
  }

  /** The hash of the k-th key, from 0. */
  long hash(int key) {
    return hashes[key];
  }
}
