package dev.ballast.verify;

import dev.ballast.verify.FaultSchedule.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Begins and ends the faults of a schedule at their times, on the caller's thread. */
record FaultTimeline(Consumer<Fault> begin, Consumer<Fault> end) {
  private record Step(Duration at, Runnable action) {}

  /** Returns at the schedule's end. If a step takes long, those behind it come late. */
  void run(FaultSchedule schedule) {
    long start = System.nanoTime();
    for (Step step : steps(schedule)) {
      await(start + step.at.toNanos());
      step.action.run();
    }
    await(start + schedule.length().toNanos());
  }

  private List<Step> steps(FaultSchedule schedule) {
    var steps = new ArrayList<Step>();
    for (Fault fault : schedule.faults()) {
      steps.add(new Step(fault.at(), () -> begin.accept(fault)));
      steps.add(new Step(fault.end(), () -> end.accept(fault)));
    }
    steps.sort(Comparator.comparing(Step::at));
    return steps;
  }

  private static void await(long moment) {
    for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
