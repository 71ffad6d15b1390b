package dev.ballast.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What is really the matter in a simulated world: targets that fail, cables that are cut, observers that pause. Times in nanoseconds. */
final class Wires {
  static final long SECOND = 1_000_000_000L;
  static final long MILLI = 1_000_000L;
  static final List<Failure> FAILURES = List.of(Failure.values());

  private final RandomGenerator random;
  private final double loss;
  final List<Outage> outages = new ArrayList<>();
  final List<Cut> cuts = new ArrayList<>();
  final List<Pause> pauses = new ArrayList<>();

  /** A target does not work. */
  record Outage(int target, Failure failure, long from, long to) {}

  /** What an observer sends to the targets whose bits are set is lost. */
  record Cut(int observer, long targets, long from, long to) {}

  /** An observer stands still. */
  record Pause(int observer, long from, long to) {}

  enum Failure {
    FROZEN,
    REFUSED,
    WRONG
  }

  Wires(double loss, RandomGenerator random) {
    this.loss = loss;
    this.random = random;
  }

  /** What comes back, and how much later. */
  record Answer(Outcome outcome, long delay) {}

  Answer ask(int observer, Target target, long timeout, long now) {
    long delay = target.delay(random);
    Failure failure = failure(target.number(), now + delay / 2);
    boolean isLost =
        isCut(observer, target.number(), now)
            || isCut(observer, target.number(), now + delay)
            || random.nextDouble() < loss;
    if (isLost || failure == Failure.FROZEN || delay > timeout) {
      return new Answer(new Outcome.Failed(Outcome.Kind.SILENT, "timed out"), timeout);
    }
    if (failure == Failure.REFUSED) {
      return new Answer(new Outcome.Failed(Outcome.Kind.REFUSED, "connection refused"), delay);
    }
    return failure == Failure.WRONG
        ? new Answer(new Outcome.Failed(Outcome.Kind.WRONG, "status 503"), delay)
        : new Answer(new Outcome.Good(delay), delay);
  }

  private @org.jspecify.annotations.Nullable Failure failure(int target, long now) {
    for (Outage outage : outages) {
      if (outage.target() == target && outage.from() <= now && now < outage.to()) {
        return outage.failure();
      }
    }
    return null;
  }

  private boolean isCut(int observer, int target, long now) {
    return cuts.stream()
        .anyMatch(
            cut ->
                cut.observer() == observer
                    && (cut.targets() >> target & 1) == 1
                    && cut.from() <= now
                    && now < cut.to());
  }

  /** When an observer that is to do something now can do it. */
  long awake(int observer, long now) {
    long at = now;
    for (Pause pause : pauses) {
      if (pause.observer() == observer && pause.from() <= at && at < pause.to()) {
        at = pause.to();
      }
    }
    return at;
  }

  /** For how long an observer stood still within a time. */
  long paused(int observer, long from, long to) {
    return pauses.stream()
        .filter(pause -> pause.observer() == observer)
        .mapToLong(pause -> Math.max(0, Math.min(to, pause.to()) - Math.max(from, pause.from())))
        .sum();
  }

  /** Whether a target failed, or could not be reached, for this observer at some time of these. */
  boolean isAtFault(int observer, int target, long from, long to) {
    return outages.stream()
            .anyMatch(one -> one.target() == target && one.from() < to && one.to() > from)
        || cuts.stream()
            .anyMatch(
                cut ->
                    cut.observer() == observer
                        && (cut.targets() >> target & 1) == 1
                        && cut.from() < to
                        && cut.to() > from);
  }

  /** A target whose answers take a while: lognormal about a median. */
  record Target(int number, double medianNanos, double spread) {
    long delay(RandomGenerator random) {
      return (long) (medianNanos * Math.exp(spread * random.nextGaussian()));
    }
  }
}
