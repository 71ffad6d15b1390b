package dev.ballast.locks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is to have a key: of all nodes the one with the highest score, where a node's score is {@code -w / ln(h)}, w its weight and
 * h a hash of node and key in (0, 1). Each node is first in a share that is proportional to its weight; who comes takes
 * only what becomes its own, and who goes leaves its keys to the others in proportion. All who know the same nodes agree.
 *
 * <p>After Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates" (IEEE/ACM Transactions on Networking 6,
 * 1998); the weighted score after Schindelhauer and Schomaker, "Weighted Distributed Hash Tables" (SPAA 2005). The hash is
 * FNV-1a, finished by the mixer of SplitMix64 (Steele, Lea, Flood 2014); the logarithm is StrictMath's, the same on all machines.
 */
final class Rendezvous {
  private Rendezvous() {}

  /**
   * Who may be picked.
   *
   * @param weight at least 1
   */
  record Node(String name, int weight) {}

  /** The first in rank; null if there is no node. */
  static @Nullable Node first(String key, Collection<Node> nodes) {
    long hash = hash(key);
    Node best = null;
    double bestScore = 0;
    for (var node : nodes) {
      double score = score(node, hash);
      if (best == null
          || score > bestScore
          || (score == bestScore && node.name.compareTo(best.name) < 0)) {
        best = node;
        bestScore = score;
      }
    }
    return best;
  }

  /** The first {@code count} in rank: whoever follows takes over when those before it go. */
  static List<Node> rank(String key, Collection<Node> nodes, int count) {
    record Scored(Node node, double score) {}
    long hash = hash(key);
    var scored = new ArrayList<Scored>();
    nodes.forEach(node -> scored.add(new Scored(node, score(node, hash))));
    scored.sort(
        Comparator.comparingDouble(Scored::score).reversed().thenComparing(s -> s.node.name));
    return scored.stream().limit(count).map(Scored::node).toList();
  }

  private static double score(Node node, long keyHash) {
    long mixed = mix(hash(node.name) ^ mix(keyHash + 0x9E3779B97F4A7C15L));
    double unit = ((mixed >>> 11) + 0.5) * 0x1p-53;
    return -node.weight / StrictMath.log(unit);
  }

  /** 64 bits of a text's UTF-8. */
  static long hash(String text) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return mix(hash);
  }

  private static long mix(long bits) {
    long z = bits;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
