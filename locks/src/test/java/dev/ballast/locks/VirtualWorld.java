package dev.ballast.locks;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A discrete-event world: real time that nobody in it can read, processes with clocks of their own, and faults until they are
 * called off. The same seed makes the same world.
 */
final class VirtualWorld {
  static final long MILLI = 1_000_000;

  final SplittableRandom random;
  final List<String> violations = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private boolean isFaulty = true;
  private final StringBuilder log = new StringBuilder();
  boolean isLogging = Boolean.getBoolean("ballast.log");

  private record Event(long at, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  VirtualWorld(long seed) {
    random = new SplittableRandom(seed);
  }

  long now() {
    return now;
  }

  boolean isFaulty() {
    return isFaulty;
  }

  /** From now on nothing is lost, delayed for long, paused or killed. */
  void calm() {
    isFaulty = false;
  }

  void after(long nanos, Runnable action) {
    events.add(new Event(now + Math.max(0, nanos), made++, action));
  }

  private long made;

  /** Runs all events up to {@code end}. */
  void run(long end) {
    while (!events.isEmpty() && events.peek().at <= end && violations.isEmpty()) {
      var event = events.poll();
      now = event.at;
      event.action.run();
    }
    now = Math.max(now, end);
  }

  void violation(String what) {
    violations.add("at %.3f ms: %s".formatted(now / 1e6, what));
  }

  /** Something seldom, while there are faults. */
  boolean strikes(double probability) {
    return isFaulty && random.nextDouble() < probability;
  }

  /** Between two times in milliseconds, more often short than long. */
  long between(double fewestMillis, double mostMillis) {
    double u = random.nextDouble();
    return (long) ((fewestMillis + (mostMillis - fewestMillis) * u * u) * MILLI);
  }

  @SuppressWarnings("AnnotateFormatMethod") // Only tests of this package call it.
  void log(String format, Object... arguments) {
    if (isLogging) {
      log.append("%10.3f ".formatted(now / 1e6)).append(format.formatted(arguments)).append('\n');
    }
  }

  String log() {
    return log.toString();
  }

  /** A process: its clock runs at its own rate, it may be paused at any event, and killed. */
  final class Machine {
    final String name;
    final long client = random.nextLong();
    private final double rate;
    private final long offset = random.nextLong(1_000_000_000_000L);
    private long pausedUntil;
    private boolean isDead;

    Machine(String name, double rate) {
      this.name = name;
      this.rate = rate;
    }

    /** The monotonic clock, which runs on while the process is paused. */
    long clock() {
      return offset + (long) (now * rate);
    }

    /** Whether it stood still at that time, or later. */
    boolean isPausedAfter(long time) {
      return pausedUntil > time;
    }

    boolean isDead() {
      return isDead;
    }

    void kill() {
      isDead = true;
      log("%s dies", name);
    }

    void pause(long nanos) {
      pausedUntil = Math.max(pausedUntil, now + nanos);
      log("%s is paused for %.1f ms", name, nanos / 1e6);
    }

    /** Runs after so many nanoseconds of the process's clock, or once it runs again. */
    void after(long nanos, Runnable action) {
      VirtualWorld.this.after((long) (nanos / rate) + 1, () -> step(action));
    }

    /** Runs at once, or when it runs again; never once it is dead. */
    void step(Runnable action) {
      if (isDead) {
        return;
      }
      if (strikes(0.002)) {
        pause(between(1, 900));
      }
      if (isFaulty && pausedUntil > now) {
        VirtualWorld.this.after(pausedUntil - now, () -> step(action));
      } else {
        action.run();
      }
    }
  }
}
