package dev.ballast.orchestrator;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Time and chance of a simulated world: events in the order of their times, and everything from one seed. */
final class VirtualTime {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000 * MILLI;

  final RandomGenerator random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<String> trace = new ArrayList<>();
  private final boolean isTraced;
  private long now;
  private long sequence;
  private String complaint = "";

  private record Event(long at, long order, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
    }
  }

  /** @param isTraced whether to note what happens, for people */
  VirtualTime(long seed, boolean isTraced) {
    this.random = new SplittableRandom(seed);
    this.isTraced = isTraced;
  }

  long now() {
    return now;
  }

  void at(long when, Runnable task) {
    events.add(new Event(Math.max(when, now), sequence++, task));
  }

  void after(long nanos, Runnable task) {
    at(now + nanos, task);
  }

  /** Lets it pass; ends at the first complaint. */
  void run(long until) {
    while (!events.isEmpty() && events.peek().at() <= until && complaint.isEmpty()) {
      Event event = events.remove();
      now = event.at();
      event.task().run();
    }
    now = complaint.isEmpty() ? until : now;
  }

  /** From {@code least} to {@code most} nanoseconds, the small ones as likely as the large ones. */
  long between(long least, long most) {
    return (long) Math.exp(random.nextDouble(Math.log((double) least), Math.log((double) most)));
  }

  boolean chance(double share) {
    return random.nextDouble() < share;
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** What has gone wrong; the first time counts. */
  void complain(String what) {
    if (complaint.isEmpty()) {
      complaint = "at %.3f s: %s".formatted(now / 1e9, what);
      note(what);
    }
  }

  String complaint() {
    return complaint;
  }

  @SuppressWarnings("AnnotateFormatMethod") // Only tests of this package call it.
  void note(String what, Object... about) {
    if (isTraced) {
      trace.add("%9.3f %s".formatted(now / 1e9, what.formatted(about)));
    }
  }

  List<String> trace() {
    return trace;
  }
}
