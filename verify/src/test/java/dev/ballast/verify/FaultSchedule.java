package dev.ballast.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What goes wrong and when, drawn from a seed: two to five faults, healed before its end. Two faults of one
 * process don't overlap; of different ones they may.
 *
 * @param length of the time in which clients work under faults; afterwards everything is healed
 */
record FaultSchedule(long seed, Duration length, List<Fault> faults) {
  private static final int TRIES = 50;

  FaultSchedule {
    faults = List.copyOf(faults);
  }

  /**
   * One fault.
   *
   * @param target number of the worker or node
   * @param at from the beginning
   * @param duration until it is healed
   * @param size between -1 and 1: how much and which way, where the kind has that
   */
  record Fault(FaultKind kind, int target, Duration at, Duration duration, double size) {
    private boolean meets(Fault other) {
      return kind.target() == other.kind.target()
          && target == other.target
          && at.compareTo(other.end()) < 0
          && other.at.compareTo(end()) < 0;
    }

    Duration end() {
      return at.plus(duration);
    }

    @Override
    public String toString() {
      return "%s %d at %d ms for %d ms (%+.2f)"
          .formatted(kind, target, at.toMillis(), duration.toMillis(), size);
    }
  }

  /** The schedule of a seed for an engine, of these kinds of faults: the same each time. */
  static FaultSchedule of(long seed, LockEngineCase engine, Set<FaultKind> kinds) {
    var random = new SplittableRandom(seed);
    var length = engine.ttl().multipliedBy(engine.ttls());
    var faults = new ArrayList<Fault>();
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < TRIES && faults.size() < count; i++) {
      var fault = draw(random, engine, lots(kinds), length);
      if (faults.stream().noneMatch(fault::meets)) {
        faults.add(fault);
      }
    }
    faults.sort(Comparator.comparing(Fault::at));
    return new FaultSchedule(seed, length, faults);
  }

  private static List<FaultKind> lots(Set<FaultKind> kinds) {
    return kinds.stream()
        .sorted()
        .flatMap(kind -> Collections.nCopies(kind.lots(), kind).stream())
        .toList();
  }

  private static Fault draw(
      SplittableRandom random, LockEngineCase engine, List<FaultKind> lots, Duration length) {
    var kind = lots.get(random.nextInt(lots.size()));
    int targets = kind.target() == FaultKind.Target.NODE ? engine.nodes() : FaultCluster.WORKERS;
    long lasts = (long) (engine.ttl().toNanos() * random.nextDouble(1.3, 3));
    long at = (long) ((length.toNanos() - lasts) * random.nextDouble(0.05, 0.9));
    return new Fault(
        kind,
        random.nextInt(targets),
        Duration.ofNanos(at),
        Duration.ofNanos(lasts),
        random.nextDouble(-1, 1));
  }

  /** Whether what the clients believe of their leases must hold under these faults. */
  boolean keepsBelief() {
    return faults.stream().noneMatch(fault -> fault.kind().breaksBelief());
  }

  @Override
  public String toString() {
    return "seed %d, %d ms: %s"
        .formatted(
            seed,
            length.toMillis(),
            faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
  }
}
