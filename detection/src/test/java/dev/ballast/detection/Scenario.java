package dev.ballast.detection;

import static dev.ballast.detection.Wires.MILLI;
import static dev.ballast.detection.Wires.SECOND;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Kinds of schedules, each with what must hold in it. A schedule follows from its seed; {@link #complaint} says what was wrong with it, and
 * nothing if all was well.
 */
enum Scenario {
  /** Observers that pause for up to 10 s, and hand targets over; single probes get lost. Nobody may be convicted. */
  PAUSES,
  /** Targets die and return, one after the other. Each death is seen within the bound, once. */
  DEATHS,
  /** The observer is cut off from everything: it doubts itself for a while, and is then believed. */
  CUT,
  /** All of it at once. */
  EVERYTHING;

  private static final long LENGTH = 60 * SECOND;
  private static final MassBrake.Settings BRAKE = MassBrake.Settings.DEFAULT;

  /** From the death of a frozen target to its verdict, with the default settings. */
  static final long FROZEN_BOUND = 2_500 * MILLI;

  /** The same of one that refuses. */
  static final long REFUSED_BOUND = 1_200 * MILLI;

  String complaint(long seed) {
    return switch (this) {
      case PAUSES -> pauses(seed);
      case DEATHS -> deaths(seed);
      case CUT -> cut(seed);
      case EVERYTHING -> everything(seed);
    };
  }

  private static WatchSettings settings(Random random) {
    var d = AccrualSettings.DEFAULT;
    Duration pause = random.nextBoolean() ? Duration.ZERO : d.acceptablePause();
    var accrual =
        new AccrualSettings(
            d.estimator(),
            d.threshold(),
            d.window(),
            d.minSamples(),
            d.firstEstimate(),
            d.floor(),
            pause,
            d.cap());
    Duration interval = Duration.ofMillis(random.nextBoolean() ? 1_000 : 250);
    return new WatchSettings(Pace.every(interval), new Detection.Phi(accrual), Rising.DEFAULT);
  }

  private static WatchSettings usual() {
    return new WatchSettings(
        Pace.every(Duration.ofSeconds(1)),
        new Detection.Phi(AccrualSettings.DEFAULT),
        Rising.DEFAULT);
  }

  private static void addPauses(World world, int observers, int most) {
    int count = 1 + world.random.nextInt(most);
    for (int i = 0; i < count; i++) {
      long from = world.random.nextLong(2 * SECOND, LENGTH);
      long nanos = (long) Math.exp(world.random.nextDouble(Math.log(5e6), Math.log(1e10)));
      int observer = world.random.nextInt(observers);
      world.wires.pauses.add(new Wires.Pause(observer, from, from + nanos));
    }
  }

  /** Targets hesitate just before an observer is paused: too shortly to be convicted for that. */
  private static void addHiccups(World world, int targets) {
    long most = world.acceptablePause().isZero() ? 60 * MILLI : 840 * MILLI;
    for (Wires.Pause pause : world.wires.pauses) {
      long from = pause.from() - world.random.nextLong(most / 2, most);
      world.wires.outages.add(
          new Wires.Outage(world.random.nextInt(targets), Wires.Failure.FROZEN, from, from + most));
    }
  }

  /** Targets die just before their observer is paused, and go to another while it is. */
  private static void addStaleness(World world, int observers, int targets) {
    for (Wires.Pause pause : world.wires.pauses) {
      int target = world.random.nextInt(targets);
      long from = pause.from() - world.random.nextLong(1_100 * MILLI);
      world.wires.outages.add(
          new Wires.Outage(target, Wires.Failure.REFUSED, from, pause.to() + SECOND));
      world.handOver(
          target,
          world.random.nextInt(observers),
          world.random.nextLong(pause.from(), pause.to() + 1));
    }
  }

  private static void addHandOvers(World world, int observers, int targets) {
    int count = world.random.nextInt(12);
    for (int i = 0; i < count; i++) {
      world.handOver(
          world.random.nextInt(targets),
          world.random.nextInt(observers),
          world.random.nextLong(LENGTH));
    }
  }

  private static String pauses(long seed) {
    var random = new Random(seed);
    var world = new World(settings(random), 0.001, random);
    int targets = 1 + random.nextInt(10);
    world.begin(2, targets, random.nextBoolean() ? Verdict.HEALTHY : Verdict.UNKNOWN, BRAKE);
    addPauses(world, 2, 12);
    addHandOvers(world, 2, targets);
    addHiccups(world, targets);
    world.run(LENGTH);
    for (World.Written one : world.written) {
      if (one.transition().to() == Verdict.UNHEALTHY) {
        return "nobody was dead, but " + one;
      }
    }
    return "";
  }

  private static String deaths(long seed) {
    var random = new Random(seed);
    var world = new World(usual(), 0, random);
    world.begin(1, 10 + random.nextInt(4), Verdict.UNKNOWN, BRAKE);
    for (long from = 2 * SECOND; from < 5 * SECOND; from += 500 * MILLI) {
      world.wires.pauses.add(new Wires.Pause(0, from, from + random.nextLong(450 * MILLI)));
    }
    for (int i = 0; i < 3; i++) {
      long from = (6 + 18 * i) * SECOND + random.nextLong(2 * SECOND);
      var failure = Wires.FAILURES.get(random.nextInt(3));
      world.wires.outages.add(
          new Wires.Outage(i, failure, from, from + random.nextLong(3 * SECOND, 10 * SECOND)));
    }
    world.run(LENGTH);
    return world.wires.outages.stream()
        .map(outage -> afterDeath(world, outage))
        .filter(complaint -> !complaint.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String afterDeath(World world, Wires.Outage outage) {
    List<World.Written> fate =
        world.written.stream().filter(one -> one.target() == outage.target()).toList();
    if (fate.size() != 3) {
      return "wanted healthy, unhealthy, healthy: " + fate + " for " + outage;
    }
    long bound = outage.failure() == Wires.Failure.FROZEN ? FROZEN_BOUND : REFUSED_BOUND;
    long took = fate.get(1).at() - outage.from();
    long back = fate.get(2).at() - outage.to();
    return took < 0 || took > bound || back > 3_200 * MILLI
        ? "seen after " + took + " ns, back after " + back + " ns: " + outage + " " + fate
        : "";
  }

  private static String cut(long seed) {
    var random = new Random(seed);
    var world = new World(usual(), 0.001, random);
    int targets = 4 + random.nextInt(10);
    world.begin(1, targets, Verdict.HEALTHY, BRAKE);
    long from = random.nextLong(15 * SECOND, 18 * SECOND);
    long to = from + random.nextLong(SECOND, 25 * SECOND);
    world.wires.cuts.add(new Wires.Cut(0, -1, from, to));
    world.run(LENGTH);
    long hold = BRAKE.hold().toNanos();
    long convicted = 0;
    for (World.Written one : world.written) {
      if (one.transition().to() == Verdict.UNHEALTHY) {
        convicted++;
        if (one.at() < from + hold - 500 * MILLI) {
          return "the brake did not hold: cut at " + from + ", " + one;
        }
      }
    }
    if (to - from > hold + 3 * SECOND && convicted != targets) {
      return "the brake did not let go: " + convicted + " of " + targets;
    }
    for (int i = 0; i < targets; i++) {
      if (world.verdict(i) != Verdict.HEALTHY) {
        return "target " + i + " did not come back";
      }
    }
    return "";
  }

  private static String everything(long seed) {
    var random = new Random(seed);
    var world = new World(usual(), 0.001, random);
    int targets = 6 + random.nextInt(10);
    world.begin(3, targets, Verdict.HEALTHY, BRAKE);
    addPauses(world, 3, 6);
    addHandOvers(world, 3, targets);
    addStaleness(world, 3, targets);
    for (int i = random.nextInt(8); i > 0; i--) {
      long from = random.nextLong(LENGTH);
      var failure = Wires.FAILURES.get(random.nextInt(3));
      long to = from + random.nextLong(50 * MILLI, 30 * SECOND);
      world.wires.outages.add(new Wires.Outage(random.nextInt(targets), failure, from, to));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      long from = random.nextLong(LENGTH);
      long to = from + random.nextLong(50 * MILLI, 10 * SECOND);
      world.wires.cuts.add(new Wires.Cut(random.nextInt(3), random.nextLong(), from, to));
    }
    world.run(3 * LENGTH);
    if (world.stolen > 0) {
      return "a verdict was written by an observer that owned the target no longer";
    }
    return world.written.stream()
        .map(one -> afterAll(world, one, targets))
        .filter(complaint -> !complaint.isEmpty())
        .findFirst()
        .orElseGet(() -> unsettled(world, targets));
  }

  private static String afterAll(World world, World.Written one, int targets) {
    if (one.transition().to() != Verdict.UNHEALTHY) {
      return "";
    }
    long paused = world.wires.paused(one.observer(), one.at() - 15 * SECOND, one.at());
    boolean isJust =
        world.wires.isAtFault(
            one.observer(), one.target(), one.at() - paused - 1_500 * MILLI, one.at());
    return isJust ? "" : "of " + targets + ", without a reason: " + one;
  }

  /** An hour later everything works, and every verdict says so. */
  private static String unsettled(World world, int targets) {
    for (int i = 0; i < targets; i++) {
      if (world.verdict(i) != Verdict.HEALTHY) {
        return "target " + i + " is still called " + world.verdict(i);
      }
    }
    return "";
  }
}
