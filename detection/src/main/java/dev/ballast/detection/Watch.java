package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The watch over one target: when to ask it, on what kind of connection, and what its answers and its silence make of its verdict.
 *
 * <pre>
 *            good answer                      dead (proof, or silence past the brake)
 *   unknown ─────────────▶ healthy ─────────────────────────────────────▶ unhealthy
 *      │                      ▲                                               │
 *      └── dead, after grace ─┼───────────────────────────────────────────────┤
 *                             └──── good answers in a row (Rising) ───────────┘
 * </pre>
 *
 * <p>A pure state machine: whoever drives it owns clock, sockets and threads. Owned by one thread.
 */
final class Watch {
  private final Pace pace;
  private final Rising rising;
  private final Detector detector;
  private final RandomGenerator random;
  private final Falls falls = new Falls();

  private final long began;
  private Verdict verdict;
  private boolean wasEverHealthy;
  private int goodInRow;
  private long due;
  private long probes;

  /**
   * Begins.
   *
   * @param known the verdict that is on record, kept until there is evidence of another
   */
  Watch(
      Pace pace,
      Rising rising,
      Detector detector,
      Verdict known,
      long now,
      RandomGenerator random) {
    this.pace = pace;
    this.rising = rising;
    this.detector = detector;
    this.random = random;
    this.began = now;
    this.verdict = known;
    this.wasEverHealthy = known == Verdict.HEALTHY;
    this.due = pace.first(now, random);
  }

  /**
   * A probe to send now.
   *
   * @param number grows with every probe of this target
   * @param isFresh whether it must not use a connection that is open already
   */
  record Probe(long number, long scheduledAt, boolean isFresh) {}

  /** The probe that is due, if one is. */
  @Nullable Probe due(long now) {
    boolean isProof = detector.wantsProof();
    if (!isProof && due - now > 0) {
      return null;
    }
    long scheduledAt = isProof ? now : due;
    long number = ++probes;
    boolean isSuspect = detector.isSuspect(now);
    detector.sent(number, scheduledAt);
    due = pace.next(scheduledAt, mood(isSuspect), now, random);
    return new Probe(number, scheduledAt, isProof || isSuspect || number % Pace.FRESH_EVERY == 1);
  }

  /** A probe has come to an end. */
  @Nullable Transition ended(long number, Outcome outcome, Ruling ruling, long now) {
    return act(detector.ended(number, outcome, now), ruling, now);
  }

  /** Time has passed. */
  @Nullable Transition passed(Ruling ruling, long now) {
    if (detector.isSuspect(now)) {
      long hurried = pace.next(now, Pace.Mood.SUSPICIOUS, now, random);
      due = Math.min(due - now, hurried - now) + now;
    }
    return verdict == Verdict.UNHEALTHY ? null : act(detector.judge(now), ruling, now);
  }

  /** When {@link #due} or {@link #passed} should be called next. */
  long nextTurn(long now) {
    if (detector.wantsProof()) {
      return now;
    }
    long next = due - now;
    if (verdict != Verdict.UNHEALTHY) {
      next = sooner(next, detector.convictAt(), now);
      if (!detector.isSuspect(now)) {
        next = sooner(next, detector.suspectAt(), now);
      }
    }
    return now + Math.max(0, next);
  }

  private static long sooner(long left, long at, long now) {
    return at == Long.MAX_VALUE ? left : Math.min(left, at - now);
  }

  private @Nullable Transition act(Opinion opinion, Ruling ruling, long now) {
    return switch (opinion) {
      case Opinion.Undecided() -> null;
      case Opinion.Alive() -> alive(now);
      case Opinion.Dead dead -> dead(dead, ruling, now);
    };
  }

  private @Nullable Transition alive(long now) {
    goodInRow++;
    if (verdict == Verdict.HEALTHY) {
      return null;
    }
    int wanted =
        verdict == Verdict.UNKNOWN
            ? 1
            : rising.wanted(falls.within(rising.memory().toNanos(), now));
    if (goodInRow < wanted) {
      return null;
    }
    wasEverHealthy = true;
    String reason = wanted == 1 ? "a good answer" : wanted + " good answers in a row";
    return become(Verdict.HEALTHY, reason, 0, false, now);
  }

  private @Nullable Transition dead(Opinion.Dead dead, Ruling ruling, long now) {
    goodInRow = 0;
    boolean isInGrace = !wasEverHealthy && now - began < pace.grace().toNanos();
    if (verdict == Verdict.UNHEALTHY || isInGrace || (dead.isSilence() && ruling == Ruling.HOLD)) {
      return null;
    }
    falls.add(now);
    return become(Verdict.UNHEALTHY, dead.reason(), dead.phi(), dead.isSilence(), now);
  }

  private Transition become(Verdict next, String reason, double phi, boolean isSilence, long now) {
    var transition = new Transition(verdict, next, reason, phi, isSilence, now);
    verdict = next;
    return transition;
  }

  private Pace.Mood mood(boolean isSuspect) {
    if (verdict == Verdict.UNHEALTHY) {
      return Pace.Mood.UNHEALTHY;
    }
    return isSuspect ? Pace.Mood.SUSPICIOUS : Pace.Mood.CALM;
  }

  Verdict verdict() {
    return verdict;
  }

  Detector detector() {
    return detector;
  }

  /** The observer itself was not there between these two times. */
  void discount(long from, long to) {
    detector.discount(from, to);
    if (due - to < 0) {
      due = to;
    }
  }
}
