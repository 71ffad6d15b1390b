package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import java.util.List;

/** One schedule: it follows from its seed, and says what was wrong with it. */
final class VirtualSchedule {
  private static final long LOOK = 250 * MILLI;
  private static final long LONGEST = 150 * SECOND;
  private static final long CALM = 5 * SECOND;

  private final VirtualWorld world;
  private final VirtualTime time;
  private final VirtualBounds bounds;

  private VirtualSchedule(long seed, boolean isTraced) {
    world = new VirtualWorld(seed, isTraced);
    time = world.time;
    bounds = new VirtualBounds(world);
  }

  /** What was wrong with the schedule of this seed; empty if all was well. */
  static String complaint(long seed) {
    return complaint(seed, new VirtualTally());
  }

  /** The same, and what happened in it is added to the others'. */
  static String complaint(long seed, VirtualTally tally) {
    var schedule = new VirtualSchedule(seed, false);
    String complaint = schedule.run();
    schedule.world.tally.nanos = schedule.time.now();
    schedule.world.tally.handOvers = schedule.world.handOvers();
    tally.add(schedule.world.tally);
    return complaint;
  }

  /** The same, with everything that happened before it. */
  static List<String> trace(long seed) {
    var schedule = new VirtualSchedule(seed, true);
    schedule.run();
    return schedule.time.trace();
  }

  private String run() {
    int members = 2 + time.random.nextInt(3);
    int backends = 2 + time.random.nextInt(5);
    int lbServers = 1 + time.random.nextInt(2);
    world.begin(members, backends, lbServers);
    var faults = new VirtualFaults(world, backends, lbServers);
    faults.plan();
    time.after(SECOND, this::look);
    time.run(VirtualFaults.END);
    settle();
    return time.complaint();
  }

  private void look() {
    bounds.check();
    time.after(LOOK, this::look);
  }

  /** Nothing is the matter any more: all verdicts come to be true, and stay as they are. */
  private void settle() {
    int before = -1;
    while (time.complaint().isEmpty() && (before != changes() || !isSettled())) {
      if (time.now() > LONGEST) {
        time.complain("the verdicts do not come to rest");
        return;
      }
      before = changes();
      time.run(time.now() + CALM);
    }
  }

  private int changes() {
    return world.checks.fates().stream().mapToInt(fate -> fate.changes).sum();
  }

  private boolean isSettled() {
    return world.checks.fates().stream()
        .filter(fate -> fate.isThere)
        .allMatch(fate -> fate.stands(world.database.snapshot()) == bounds.wanted(fate));
  }
}
