package dev.ballast.locks;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a member takes part in a consumer group.
 *
 * @param group 1 to 60 bytes of UTF-8 without {@code /}
 * @param member its name, 1 to 100 bytes, unique in the group at any time; who keeps it over a restart gets the same partitions
 * @param weight its share beside the others', 1 to 1,000
 * @param partitions names of what is shared out, 1 to 100,000, each 1 to 85 bytes; the same list for all members
 * @param handOver how long a partition that is called back may take to stop; after that it counts as lost here and is given on.
 *     1 ms to 1 hour, default 30 s
 */
public record GroupSettings(
    String group, String member, int weight, List<String> partitions, Duration handOver) {
  private static final int MAX_PARTITIONS = 100_000;

  public GroupSettings {
    checkGroup(group);
    checkName("a member's name", member, 100);
    checkWeight(weight);
    partitions = List.copyOf(partitions);
    checkPartitions(partitions);
    if (handOver.toMillis() < 1 || handOver.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "a hand-over takes 1ms to 1h, not " + handOver.toMillis() + "ms");
    }
  }

  /** A member of weight 1 in a group whose partitions are only counted. */
  public static GroupSettings of(String group, String member, int partitions) {
    if (partitions < 1 || partitions > MAX_PARTITIONS) {
      throw new IllegalArgumentException("a group has 1 to 100,000 partitions, not " + partitions);
    }
    var names = IntStream.range(0, partitions).mapToObj(Integer::toString).toList();
    return new GroupSettings(group, member, 1, names, Duration.ofSeconds(30));
  }

  public GroupSettings withWeight(int weight) {
    return new GroupSettings(group, member, weight, partitions, handOver);
  }

  public GroupSettings withPartitions(List<String> partitions) {
    return new GroupSettings(group, member, weight, partitions, handOver);
  }

  public GroupSettings withHandOver(Duration handOver) {
    return new GroupSettings(group, member, weight, partitions, handOver);
  }

  /** What all members must agree in, in a word: how many partitions, and a hash of their names. */
  String fingerprint() {
    return "%d:%016x".formatted(partitions.size(), Rendezvous.hash(String.join("\0", partitions)));
  }

  Partition partition(int index) {
    return new Partition(index, partitions.get(index));
  }

  static void checkGroup(String group) {
    checkName("a group's name", group, 60);
    if (group.contains("/")) {
      throw new IllegalArgumentException("a group's name has no '/': '" + group + "'");
    }
  }

  static void checkWeight(int weight) {
    if (weight < 1 || weight > 1000) {
      throw new IllegalArgumentException("a member's weight is 1 to 1000, not " + weight);
    }
  }

  private static void checkPartitions(List<String> partitions) {
    if (partitions.isEmpty() || partitions.size() > MAX_PARTITIONS) {
      throw new IllegalArgumentException(
          "a group has 1 to 100,000 partitions, not " + partitions.size());
    }
    var seen = new HashSet<String>();
    for (String name : partitions) {
      checkName("a partition's name", name, 85);
      if (!seen.add(name)) {
        throw new IllegalArgumentException("two partitions are called '" + name + "'");
      }
    }
  }

  private static void checkName(String what, String name, int bytes) {
    Claim.check(what, name);
    int length = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (length < 1 || length > bytes) {
      throw new IllegalArgumentException(
          "%s has 1 to %d bytes of UTF-8, not %d".formatted(what, bytes, length));
    }
  }
}
