package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** What a quorum of nodes agrees on, of what each of them has. */
final class RedlockHoldings {
  private RedlockHoldings() {}

  private record Key(String name, LeaseId lease, long token) {}

  /** Those holdings that stand in at least {@code quorum} of the lists; each lives as long as a quorum says. */
  static List<Holding> agreed(Collection<List<Holding>> lists, int quorum) {
    var votes = new LinkedHashMap<Key, List<Holding>>();
    for (List<Holding> list : lists) {
      for (Holding holding : list) {
        var key = new Key(holding.name(), holding.lease(), holding.token());
        votes.computeIfAbsent(key, _ -> new ArrayList<>()).add(holding);
      }
    }
    return votes.values().stream()
        .map(same -> agreed(same, quorum))
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(Holding::name).thenComparingLong(Holding::token))
        .toList();
  }

  private static Optional<Holding> agreed(List<Holding> same, int quorum) {
    if (same.size() < quorum) {
      return Optional.empty();
    }
    Duration remaining =
        same.stream()
            .map(Holding::remaining)
            .sorted(Comparator.reverseOrder())
            .toList()
            .get(quorum - 1);
    var first = same.getFirst();
    return Optional.of(
        new Holding(
            first.name(),
            first.token(),
            true,
            first.mode(),
            first.note(),
            first.lease(),
            first.owner(),
            first.ttl(),
            remaining));
  }
}
