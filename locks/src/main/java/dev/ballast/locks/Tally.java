package dev.ballast.locks;

import java.util.concurrent.atomic.LongAdder;

/** What a consumer group counts. Safe for use by many threads. */
final class Tally {
  final LongAdder joins = new LongAdder();
  final LongAdder looks = new LongAdder();
  final LongAdder rebalances = new LongAdder();
  final LongAdder assigned = new LongAdder();
  final LongAdder revoked = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder listenerFailures = new LongAdder();
  final LongAdder engineFailures = new LongAdder();
  private volatile Seen seen = new Seen(0, 0, 0);

  private record Seen(int waiting, int members, int unowned) {}

  /** A look at the group has told this. */
  void seen(int waiting, int members, int unowned) {
    seen = new Seen(waiting, members, unowned);
  }

  GroupCounters counters(int owned) {
    var last = seen;
    return new GroupCounters(
        joins.sum(),
        looks.sum(),
        rebalances.sum(),
        assigned.sum(),
        revoked.sum(),
        lost.sum(),
        listenerFailures.sum(),
        engineFailures.sum(),
        owned,
        last.waiting,
        last.members,
        last.unowned);
  }
}
