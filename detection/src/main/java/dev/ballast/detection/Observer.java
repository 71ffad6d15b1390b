package dev.ballast.detection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Watches many targets: says whom to probe when, and what answers and silence make of their verdicts.
 *
 * <p>It holds no clock, socket or thread. Whoever drives it, the real prober or a simulation, calls {@link #turn} at the time that the last
 * call answered, or sooner, and {@link #ended} with what came of each probe; it answers by calling {@link Orders}, within these calls. An
 * event costs O(log n).
 *
 * <p>If the driver comes late, the observer was paused: what its targets failed to say meanwhile is not held against them, and probes are
 * put off by as long, so that they stay spread over time. To tell a pause from sleep, it wants to be called every {@link #HEARTBEAT}.
 *
 * <p>When too many fall silent at once it doubts itself ({@link MassBrake}).
 *
 * <p>Owned by one thread; times are nanoseconds of one monotonic clock.
 *
 * @param <T> what the driver knows a target by
 */
public final class Observer<T> {
  /** How often the driver has to come round, even if nothing is due. */
  public static final Duration HEARTBEAT = Duration.ofMillis(20);

  /** A target that wants attention again at once gets it after this, so that a turn ends. */
  private static final long SHORTEST_REST_NANOS = Duration.ofMillis(1).toNanos();

  private static final int VOUCHED_SECONDS = 60;

  private final Orders<T> orders;
  private final RandomGenerator random;
  private final Agenda<T> agenda = new Agenda<>();
  private final OwnPauses pauses;
  private final MassBrake brake;
  private final SilentCount silent;
  private long next;
  private long lastAnswer;

  /** What an observer wants done. Called by the thread that drives it; must not call the observer back at once. */
  public interface Orders<T> {
    /** Send a probe. It has to be {@linkplain Observer#ended reported} once, whatever comes of it. */
    void ask(Watched<T> who, Probe probe);

    /** A verdict has changed. */
    void became(Watched<T> who, Transition transition);
  }

  /** Begins without targets. */
  public Observer(MassBrake.Settings brake, RandomGenerator random, Orders<T> orders, long now) {
    this.orders = orders;
    this.random = random;
    this.brake = new MassBrake(brake, now);
    this.silent = new SilentCount(brake.hold().toNanos());
    this.pauses = new OwnPauses(now);
    this.lastAnswer = now;
    plan(now);
  }

  /** Watches another target from now on. */
  public Watched<T> add(T target, WatchSettings settings, Watched.Known known, long now) {
    var who = new Watched<>(target, new Watch(settings, known, now, random));
    agenda.put(who, who.watch.nextTurn(now));
    silent.update(who, now);
    next = sooner(next, who.at);
    return who;
  }

  /** Watches a target no longer. What its probes bring is ignored. */
  public void remove(Watched<T> who) {
    if (who.place >= 0) {
      agenda.remove(who);
      silent.remove(who);
    }
  }

  /**
   * Does what is due.
   *
   * @return when to be called again, at the latest
   */
  public long turn(long now) {
    notice(now);
    silent.expire(now);
    if (agenda.isEmpty()) {
      brake.rule(0, 0, false, now);
    }
    while (!agenda.isEmpty() && agenda.first().at - now <= 0) {
      visit(agenda.first(), now);
    }
    return plan(now);
  }

  /** A probe has come to an end; {@link #next} may be sooner afterwards. */
  public void ended(Watched<T> who, long probe, Outcome outcome, long now) {
    notice(now);
    if (who.place < 0) {
      return;
    }
    if (isAnswer(outcome)) {
      lastAnswer = now;
    }
    Transition transition = who.watch.ended(probe, outcome, ruling(who, now), now);
    if (transition != null) {
      became(who, transition, now);
    }
    visit(who, now);
    next = sooner(next, agenda.first().at);
  }

  /**
   * An LB server had a good answer from the target at {@code at}: for a second it is not convicted by silence alone. What is of the future or
   * older than {@value #VOUCHED_SECONDS} s is ignored, so that nothing an LB server says once speaks for a target for longer than that second.
   */
  public void vouched(Watched<T> who, long at, long now) {
    long ago = now - at;
    if (who.place >= 0 && ago >= 0 && ago <= Duration.ofSeconds(VOUCHED_SECONDS).toNanos()) {
      who.watch.vouched(at);
      agenda.put(who, rested(who, now));
    }
  }

  /** An LB server has ejected the target: it is asked at once, and convicted if that fails. */
  public void accused(Watched<T> who, long now) {
    if (who.place >= 0) {
      who.watch.accused();
      agenda.put(who, who.watch.nextTurn(now));
      next = sooner(next, who.at);
    }
  }

  /** When {@link #turn} has to be called, at the latest. */
  public long next() {
    return next;
  }

  private long plan(long now) {
    next = now + HEARTBEAT.toNanos();
    if (!agenda.isEmpty()) {
      next = sooner(next, agenda.first().at);
    }
    pauses.meanTo(next);
    return next;
  }

  private void notice(long now) {
    OwnPauses.Pause pause = pauses.turn(now);
    if (pause == null) {
      return;
    }
    for (Watched<T> who : agenda.all()) {
      who.watch.discount(pause.from(), pause.to());
      silent.update(who, now);
    }
    agenda.renew(who -> rested(who, now));
  }

  private void visit(Watched<T> who, long now) {
    silent.update(who, now);
    Transition transition = who.watch.passed(ruling(who, now), now);
    if (transition != null) {
      became(who, transition, now);
    }
    Probe probe = who.watch.due(now);
    silent.update(who, now);
    agenda.put(who, rested(who, now));
    if (probe != null) {
      orders.ask(who, probe);
    }
  }

  private void became(Watched<T> who, Transition transition, long now) {
    boolean wasHealthy = who.isHealthy;
    silent.update(who, now);
    if (transition.isSilence() && wasHealthy) {
      silent.fell(who, now);
    }
    orders.became(who, transition);
  }

  private long rested(Watched<T> who, long now) {
    long at = who.watch.nextTurn(now);
    return at - now < SHORTEST_REST_NANOS ? now + SHORTEST_REST_NANOS : at;
  }

  private Ruling ruling(Watched<T> who, long now) {
    boolean isAsAll = who.watch.isSilentAsAll(lastAnswer, now);
    return brake.rule(silent.silent(), silent.watched(), isAsAll, now);
  }

  /** Whether it shows that something can still be heard. */
  private static boolean isAnswer(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Good _ -> true;
      case Outcome.Failed failed ->
          switch (failed.kind()) {
            case REFUSED, WRONG -> true;
            case BROKEN, SILENT, NOT_ASKED -> false;
          };
    };
  }

  private static long sooner(long a, long b) {
    return a - b < 0 ? a : b;
  }

  /** Whether so many are silent that the observer doubts itself and convicts nobody by silence. */
  public boolean isInDoubt(long now) {
    return brake.isHolding(now);
  }

  /** How many targets it watches. */
  public int targets() {
    return agenda.size();
  }

  /** How many are silent, or were convicted by silence lately. */
  public int silent() {
    return silent.silent();
  }

  /** How often it was paused. */
  public long pauses() {
    return pauses.count();
  }

  /** For how long in all. */
  public Duration paused() {
    return Duration.ofNanos(pauses.totalNanos());
  }
}
