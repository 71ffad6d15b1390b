package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Observers that share targets out, a table of verdicts whose writes are fenced by tokens, and a network: one run from one seed. What
 * reaches an observer that is paused waits for it, answers and time-outs in any order, as a kernel and a timer keep them.
 */
final class World {
  final RandomGenerator random;
  final Wires wires;
  final List<Wires.Target> targets = new ArrayList<>();
  final List<Written> written = new ArrayList<>();
  private final WatchSettings settings;
  private final List<Loop> loops = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private int[] owner = {};
  private long[] token = {};
  private Verdict[] verdicts = {};
  private long sequence;

  /** Verdicts that were refused because their observer owned the target no longer. */
  int refused;

  /** Verdicts that somebody wrote who did not own the target any more. */
  int stolen;

  private long now;

  /** A verdict that was accepted. */
  record Written(int target, int observer, Transition transition, long at) {}

  private record Event(long at, long order, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
    }
  }

  World(WatchSettings settings, double loss, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
    this.wires = new Wires(loss, random);
  }

  /** One observer and its loop. */
  private final class Loop implements Observer.Orders<Wires.Target> {
    private final int number;
    private final Observer<Wires.Target> observer;
    private final List<@Nullable Watched<Wires.Target>> watched = new ArrayList<>();
    private final long[] tokens = new long[targets.size()];
    private long wakesAt = Long.MAX_VALUE;

    Loop(int number, MassBrake.Settings brake) {
      this.number = number;
      this.observer = new Observer<>(brake, random, this, now);
      targets.forEach(_ -> watched.add(null));
      wake(now);
    }

    private void wake(long at) {
      if (at < wakesAt) {
        wakesAt = at;
        forLoop(this, Math.max(at, now) + random.nextInt(2_000_000), this::turn);
      }
    }

    private void turn() {
      wakesAt = Long.MAX_VALUE;
      wake(observer.turn(now));
    }

    void take(int target, long fence) {
      leave(target, fence);
      tokens[target] = fence;
      watched.set(
          target,
          observer.add(targets.get(target), settings, Watched.Known.only(verdicts[target]), now));
      wake(observer.next());
    }

    void leave(int target, long fence) {
      Watched<Wires.Target> who = watched.get(target);
      if (who != null && tokens[target] < fence) {
        watched.set(target, null);
        observer.remove(who);
      }
    }

    @Override
    public void ask(Watched<Wires.Target> who, Probe probe) {
      long timeout = settings.pace().timeout().toNanos();
      var answer = wires.ask(number, who.target(), timeout, now);
      long arrives = now + answer.delay();
      long wakes = wires.awake(number, arrives);
      boolean isGivenUpFirst = wakes - now >= timeout && random.nextBoolean();
      Outcome outcome =
          isGivenUpFirst ? new Outcome.Failed(Outcome.Kind.SILENT, "timed out") : answer.outcome();
      forLoop(
          this,
          arrives,
          () -> {
            observer.ended(who, probe.number(), outcome, now);
            wake(observer.next());
          });
    }

    @Override
    public void became(Watched<Wires.Target> who, Transition transition) {
      int target = who.target().number();
      long fence = tokens[target];
      forLoop(
          this,
          now + random.nextLong(50 * Wires.MILLI),
          () -> write(number, target, fence, transition));
    }
  }

  private void write(int observer, int target, long fence, Transition transition) {
    if (isStale(target, fence)) {
      refused++;
      return;
    }
    verdicts[target] = transition.to();
    stolen += observer == owner[target] ? 0 : 1;
    written.add(new Written(target, observer, transition, now));
  }

  private boolean isStale(int target, long fence) {
    return fence != token[target];
  }

  /** Begins with targets of a known verdict, all watched by the first observer. */
  void begin(int observers, int count, Verdict known, MassBrake.Settings brake) {
    for (int i = 0; i < count; i++) {
      double median = Math.exp(random.nextDouble(Math.log(2e5), Math.log(5e7)));
      targets.add(new Wires.Target(i, median, random.nextDouble(0.05, 0.4)));
    }
    owner = new int[count];
    token = new long[count];
    verdicts = new Verdict[count];
    java.util.Arrays.fill(verdicts, known);
    for (int i = 0; i < observers; i++) {
      loops.add(new Loop(i, brake));
    }
    for (int i = 0; i < count; i++) {
      loops.getFirst().take(i, 0);
    }
  }

  /** Another observer gets a target; the one that had it hears of it when it is awake. */
  void handOver(int target, int to, long when) {
    at(
        when,
        () -> {
          Loop from = loops.get(owner[target]);
          owner[target] = to;
          token[target]++;
          long fence = token[target];
          forLoop(from, now, () -> from.leave(target, fence));
          forLoop(
              loops.get(to),
              now + random.nextLong(Wires.SECOND),
              () -> {
                if (token[target] == fence) {
                  loops.get(to).take(target, fence);
                }
              });
        });
  }

  void at(long when, Runnable task) {
    events.add(new Event(when, sequence++, task));
  }

  private void forLoop(Loop loop, long when, Runnable task) {
    at(
        when,
        () -> {
          long awake = wires.awake(loop.number, now);
          if (awake > now) {
            at(awake + random.nextInt(1_000), task);
          } else {
            task.run();
          }
        });
  }

  void run(long until) {
    while (!events.isEmpty() && events.peek().at() <= until) {
      Event event = events.remove();
      now = Math.max(now, event.at());
      event.task().run();
    }
  }

  Duration acceptablePause() {
    return ((Detection.Phi) settings.detection()).settings().acceptablePause();
  }

  Verdict verdict(int target) {
    return verdicts[target];
  }

  boolean isInDoubt(int observer) {
    return loops.get(observer).observer.isInDoubt(now);
  }
}
