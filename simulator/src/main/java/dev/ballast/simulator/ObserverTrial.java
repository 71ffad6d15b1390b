package dev.ballast.simulator;

import dev.ballast.detection.MassBrake;
import dev.ballast.detection.Observer;
import dev.ballast.detection.Outcome;
import dev.ballast.detection.Probe;
import dev.ballast.detection.Transition;
import dev.ballast.detection.WatchSettings;
import dev.ballast.detection.Watched;
import dev.ballast.model.Verdict;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Watches one target by Ballast's own observer, with all its rules: suspects are asked more often, so arrivals depend on what it thinks.
 * The observer may be paused, and the target may die. Not thread-safe.
 */
final class ObserverTrial implements Observer.Orders<String> {
  private static final double NANOS = 1e9;

  private final Link link;
  private final double timeoutSeconds;
  private final Observer<String> observer;
  private final Watched<String> who;
  private final PriorityQueue<Answer> answers =
      new PriorityQueue<>(Comparator.comparingLong(Answer::at).thenComparingLong(Answer::probe));
  private long now;
  private double deadFrom = Double.POSITIVE_INFINITY;
  private double deadTo = Double.POSITIVE_INFINITY;
  private long probes;
  private long convictions;
  private long convictedAt;
  private long mistakenNanos;

  private record Answer(long at, long probe, Outcome outcome) {}

  ObserverTrial(WatchSettings settings, Link link, long seed) {
    this.link = link;
    this.timeoutSeconds = settings.pace().timeout().toNanos() / NANOS;
    var chance = new Chance(seed, 8);
    this.observer = new Observer<>(MassBrake.Settings.DEFAULT, chance::bits, this, 0);
    this.who = observer.add("target", settings, Watched.Known.NOTHING, 0);
  }

  @Override
  public void ask(Watched<String> target, Probe probe) {
    probes++;
    double seconds = now / NANOS;
    double delay = link.delayMillis(seconds) / 1e3;
    double answered = seconds + delay / 2;
    boolean isDead = answered >= deadFrom && answered < deadTo;
    boolean isGood = !isDead && delay <= timeoutSeconds;
    double takes = isGood ? delay : timeoutSeconds;
    Outcome outcome =
        isGood
            ? new Outcome.Good((long) (takes * NANOS))
            : new Outcome.Failed(Outcome.Kind.SILENT, "timed out");
    answers.add(new Answer(now + (long) (takes * NANOS), probe.number(), outcome));
  }

  @Override
  public void became(Watched<String> target, Transition transition) {
    if (transition.to() == Verdict.UNHEALTHY) {
      convictions++;
      convictedAt = now;
    } else if (transition.from() == Verdict.UNHEALTHY) {
      mistakenNanos += now - convictedAt;
    }
  }

  /** Lets time pass until then, or until the target is convicted if that is asked for. */
  void run(double untilSeconds, boolean isUntilConvicted) {
    long until = (long) (untilSeconds * NANOS);
    while (!(isUntilConvicted && who.verdict() == Verdict.UNHEALTHY)) {
      Answer first = answers.peek();
      boolean isAnswer = first != null && first.at() <= observer.next();
      long at = Math.max(now, isAnswer ? first.at() : observer.next());
      if (at > until) {
        now = until;
        return;
      }
      now = at;
      if (isAnswer) {
        answers.remove();
        observer.ended(who, first.probe(), first.outcome(), now);
      } else {
        observer.turn(now);
      }
    }
  }

  /** The observer stands still; what comes meanwhile waits for it. */
  void pause(double seconds) {
    now += (long) (seconds * NANOS);
    observer.turn(now);
  }

  /** How long the deaths of a target stay unnoticed, in seconds and sorted. */
  double[] deaths(int count, Chance chance) {
    double[] took = new double[count];
    for (int i = 0; i < count; i++) {
      runUntilHealthy(30 + chance.uniform());
      double from = seconds();
      deadFrom = from;
      deadTo = from + 60;
      run(from + 60, true);
      took[i] = seconds() - from;
      deadTo = seconds();
      run(seconds() + 200, false);
    }
    Arrays.sort(took);
    return took;
  }

  /** Lets some time pass, and as much again as long as the target is not healthy. */
  void runUntilHealthy(double moreSeconds) {
    do {
      run(seconds() + moreSeconds, false);
    } while (!isHealthy());
  }

  double seconds() {
    return now / NANOS;
  }

  private boolean isHealthy() {
    return who.verdict() == Verdict.HEALTHY;
  }

  long probes() {
    return probes;
  }

  long convictions() {
    return convictions;
  }

  double meanMistakeSeconds() {
    return convictions == 0 ? 0 : mistakenNanos / NANOS / convictions;
  }
}
