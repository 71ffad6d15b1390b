package dev.ballast.balancing;

import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import dev.ballast.model.RequestPart;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the tests of properties go through: all algorithms, those that hash over every table with and without a bound, and pools by a seed. */
final class EveryAlgorithm {
  private static final int MOST_WEIGHT = 256;

  private EveryAlgorithm() {}

  static Stream<Algorithm> all() {
    return Algorithm.all().stream()
        .flatMap(
            algorithm -> algorithm instanceof Algorithm.Hash ? hashes() : Stream.of(algorithm));
  }

  private static Stream<Algorithm> hashes() {
    return tables().flatMap(table -> Stream.of(hash(table, 0), hash(table, 125)));
  }

  static Stream<KeyTable> tables() {
    return Stream.of(
        new KeyTable.Maglev(4_099),
        new KeyTable.RingHash(KeyTable.RingHash.DEFAULT),
        new KeyTable.Rendezvous());
  }

  static Algorithm.Hash hash(KeyTable table, int boundPercent) {
    return new Algorithm.Hash(RequestPart.ADDRESS, table, boundPercent);
  }

  /** As many members as that, ascending by name; weights 0 to 256, one in five 0. */
  static List<Member> pool(int count, Random random) {
    var byName = new TreeMap<String, Member>();
    while (byName.size() < count) {
      String name = "b" + random.nextInt(100 * count);
      int weight = random.nextInt(5) == 0 ? 0 : random.nextInt(MOST_WEIGHT + 1);
      byName.put(name, new Member(name, weight));
    }
    return List.copyOf(byName.values());
  }

  /** Weights above 0 alone, the first of them the heaviest there is. */
  static List<Member> weightedPool(int count, Random random) {
    List<Member> members = pool(count, random);
    return IntStream.range(0, count)
        .mapToObj(
            i -> new Member(members.get(i).name(), i == 0 ? MOST_WEIGHT : 1 + random.nextInt(256)))
        .toList();
  }
}
