package dev.ballast.detection;

import dev.ballast.model.Verdict;
import java.time.Duration;
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
  /** Of one target at once: a slow one with a long time-out gets no more. */
  static final int MOST_IN_FLIGHT = 8;

  /** How long a conviction that is held back waits until it is tried again. */
  private static final long RETRY_NANOS = Duration.ofMillis(250).toNanos();

  private final Pace pace;
  private final Rising rising;
  private final Detector detector;
  private final RandomGenerator random;
  private final Falls falls = new Falls();

  private final long began;
  private Verdict verdict;
  private boolean wasEverHealthy;
  private int goodInRow;
  private int inFlight;
  private long due;
  private long probes;
  private boolean isHeldBack;
  private long heldUntil;

  Watch(WatchSettings settings, Watched.Known known, long now, RandomGenerator random) {
    this.pace = settings.pace();
    this.rising = settings.rising();
    this.detector = Detector.of(settings.detection(), known.verdict());
    this.random = random;
    this.began = now;
    this.verdict = known.verdict();
    this.wasEverHealthy = verdict != Verdict.UNKNOWN;
    this.due = pace.first(now, verdict, random);
    known.falls().reversed().forEach(ago -> falls.add(now - ago.toNanos()));
  }

  /** The probe that is due, if one is. It has to be {@link #ended} once, whatever comes of it. */
  @Nullable Probe due(long now) {
    boolean isProof = isProofWanted();
    if (!isProof && due - now > 0) {
      return null;
    }
    boolean isSuspect = detector.isSuspect(now);
    long scheduledAt = isProof ? now : due;
    due = pace.next(scheduledAt, mood(isSuspect), now, random);
    if (inFlight == MOST_IN_FLIGHT) {
      return null;
    }
    inFlight++;
    long number = ++probes;
    detector.sent(number, scheduledAt);
    return new Probe(number, scheduledAt, isSuspect || number % Pace.FRESH_EVERY == 1);
  }

  private boolean isProofWanted() {
    return verdict != Verdict.UNHEALTHY && inFlight < MOST_IN_FLIGHT && detector.wantsProof();
  }

  /** A probe has come to an end. */
  @Nullable Transition ended(long number, Outcome outcome, Ruling ruling, long now) {
    inFlight = Math.max(0, inFlight - 1);
    if (outcome instanceof Outcome.Failed failed && failed.kind() != Outcome.Kind.NOT_ASKED) {
      goodInRow = 0;
    }
    return switch (detector.ended(number, outcome, now)) {
      case Opinion.Undecided() -> null;
      case Opinion.Alive() -> alive(now);
      case Opinion.Dead dead -> dead(dead, ruling, now);
    };
  }

  /** Time has passed. */
  @Nullable Transition passed(Ruling ruling, long now) {
    if (verdict == Verdict.UNHEALTHY) {
      return null;
    }
    if (detector.isSuspect(now)) {
      long hurried = now + pace.nanos(Pace.Mood.SUSPICIOUS);
      due = hurried - due < 0 ? hurried : due;
    }
    if (detector.convictAt() == Long.MAX_VALUE || (isHeldBack && heldUntil - now > 0)) {
      return null;
    }
    isHeldBack = false;
    return detector.judge(now) instanceof Opinion.Dead dead ? dead(dead, ruling, now) : null;
  }

  /** When {@link #due} or {@link #passed} should be called next. */
  long nextTurn(long now) {
    if (isProofWanted()) {
      return now;
    }
    long left = due - now;
    if (verdict != Verdict.UNHEALTHY) {
      long convictAt = detector.convictAt();
      if (convictAt != Long.MAX_VALUE) {
        long judged = convictAt - now;
        left = Math.min(left, isHeldBack ? Math.max(judged, heldUntil - now) : judged);
      }
      if (detector.silentAt() != Long.MAX_VALUE && !detector.isSilent(now)) {
        left = Math.min(left, detector.silentAt() - now);
      }
    }
    return now + Math.max(0, left);
  }

  private @Nullable Transition alive(long now) {
    goodInRow = Math.min(goodInRow + 1, Integer.MAX_VALUE - 1);
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
    if (verdict == Verdict.UNHEALTHY) {
      return null;
    }
    boolean isInGrace = !wasEverHealthy && now - began < pace.grace().toNanos();
    if (isInGrace || (dead.isSilence() && ruling == Ruling.HOLD)) {
      isHeldBack = true;
      heldUntil = now + RETRY_NANOS;
      return null;
    }
    falls.add(now);
    return become(Verdict.UNHEALTHY, dead.reason(), dead.phi(), dead.isSilence(), now);
  }

  private Transition become(Verdict next, String reason, double phi, boolean isSilence, long now) {
    var transition = new Transition(verdict, next, reason, phi, isSilence, now);
    verdict = next;
    isHeldBack = false;
    return transition;
  }

  private Pace.Mood mood(boolean isSuspect) {
    if (verdict == Verdict.UNHEALTHY) {
      return Pace.Mood.UNHEALTHY;
    }
    if (isSuspect) {
      return Pace.Mood.SUSPICIOUS;
    }
    return verdict == Verdict.UNKNOWN ? Pace.Mood.UNKNOWN : Pace.Mood.CALM;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Whether it is asked more often, and not convicted. */
  boolean isSuspect(long now) {
    return verdict != Verdict.UNHEALTHY && detector.isSuspect(now);
  }

  /** What another watch over the same target has to know. */
  Watched.Known known(long now) {
    return new Watched.Known(verdict, falls.ages(now));
  }

  /** Whether it is silent, and nobody has answered, last at {@code answered}, since that began. */
  boolean isSilentAsAll(long answered, long now) {
    long since = detector.silentSince();
    return detector.isSilent(now) && since != Long.MAX_VALUE && answered - since < 0;
  }

  /** Whether it was healthy and an answer is overdue. */
  boolean isHealthyAndSilent(long now) {
    return verdict == Verdict.HEALTHY && detector.isSilent(now);
  }

  /** An LB server had a good answer from the target at {@code at}. */
  void vouched(long at) {
    detector.vouched(at);
  }

  /** An LB server has ejected the target. */
  void accused() {
    if (verdict != Verdict.UNHEALTHY) {
      detector.accused();
    }
  }

  /** The observer itself was not there between these two times. What was to be asked meanwhile is asked as much later. */
  void discount(long from, long to) {
    detector.discount(from, to);
    if (due - to < 0) {
      due += to - from;
    }
  }

  Watched.Standing standing(long now) {
    return new Watched.Standing(
        verdict,
        detector.phi(now),
        detector.isSuspect(now),
        detector.isDisputed(now),
        detector.samples(),
        detector.meanNanos());
  }
}
