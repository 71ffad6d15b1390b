package dev.ballast.orchestrator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A process that may stand still, and die: while it stands still nothing of it runs, and all of it is late afterwards. */
final class VirtualProcess {
  final String name;
  private final VirtualTime time;
  private final List<Pause> pauses = new ArrayList<>();
  private long awakeAt;
  private boolean isDead;

  private record Pause(long from, long to) {}

  VirtualProcess(String name, VirtualTime time) {
    this.name = name;
    this.time = time;
  }

  void pause(long nanos) {
    long from = Math.max(awakeAt, time.now());
    awakeAt = Math.max(from, time.now() + nanos);
    pauses.add(new Pause(from, awakeAt));
  }

  void kill() {
    isDead = true;
  }

  boolean isDead() {
    return isDead;
  }

  boolean isPaused() {
    return time.now() < awakeAt;
  }

  /** For how long it stood still between two times. */
  long paused(long from, long to) {
    return pauses.stream()
        .mapToLong(pause -> Math.max(0, Math.min(to, pause.to()) - Math.max(from, pause.from())))
        .sum();
  }

  /** A timer of the process. */
  void after(long nanos, Runnable task) {
    time.after(nanos, () -> whenAwake(task));
  }

  /** Now, or in no certain order with everything else once it is awake again. */
  void whenAwake(Runnable task) {
    if (isDead) {
      return;
    }
    if (isPaused()) {
      time.at(awakeAt + time.random.nextLong(2 * VirtualTime.MILLI), () -> whenAwake(task));
    } else {
      task.run();
    }
  }

  /** A thread that does what it is handed, in order, each a little later. */
  final class Line {
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    private final Runnable afterwards;
    private long last;
    private boolean isPlanned;

    private record Task(long due, Runnable work) {}

    /** @param afterwards what it does whenever it has done what there was */
    Line(Runnable afterwards) {
      this.afterwards = afterwards;
    }

    void execute(Runnable work) {
      boolean isBusy = time.chance(0.03);
      long late = isBusy ? 20 * VirtualTime.MILLI : VirtualTime.MILLI;
      last = Math.max(last, time.now() + time.random.nextLong(late));
      tasks.add(new Task(last, work));
      plan();
    }

    private void plan() {
      if (!isPlanned && !tasks.isEmpty()) {
        isPlanned = true;
        time.at(tasks.getFirst().due(), () -> whenAwake(this::work));
      }
    }

    private void work() {
      isPlanned = false;
      while (!tasks.isEmpty() && tasks.getFirst().due() <= time.now()) {
        tasks.removeFirst().work().run();
      }
      afterwards.run();
      plan();
    }
  }
}
