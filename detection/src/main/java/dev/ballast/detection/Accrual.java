package dev.ballast.detection;

import dev.ballast.detection.Outcome.Kind;
import java.time.Duration;
import java.util.Locale;

/**
 * φ accrual for one target, and the evidence beside it.
 *
 * <ul>
 *   <li>An answer's delay is counted from when its probe was scheduled; silence from the first unanswered schedule.
 *   <li>The first overdue answer (φ ≥ 1) makes the target suspect: it is then asked more often, on fresh connections.
 *   <li>Silence convicts when, past the acceptable pause, φ reaches the threshold or the whole silence the cap, <em>and</em> at least
 *       three probes are overdue, <em>and</em> nobody else has heard the target within the last second.
 *   <li>A refused connection convicts at once; a broken one or a wrong answer if a probe that is sent after it, at once and on a fresh
 *       connection, ends like that too. No answer is no proof: it counts as silence.
 *   <li>An observer that takes over a target with a verdict on record does not overturn it by silence before it has the minimum of
 *       samples of its own: answers, or probes without one.
 *   <li>After a pause of its own the observer convicts nobody by silence until an answer that came meanwhile could have been read.
 * </ul>
 *
 * <p>φ is not asked over and over: what silence it takes is known as soon as an answer is in, so waiting is comparing two times.
 *
 * <p>Owned by one thread; times are nanoseconds of one monotonic clock.
 */
final class Accrual implements Detector {
  /** For how long another's good answer speaks for the target. */
  static final long VOUCHED_NANOS = Duration.ofSeconds(1).toNanos();

  private static final Opinion UNDECIDED = new Opinion.Undecided();
  private static final Opinion ALIVE = new Opinion.Alive();

  private final AccrualSettings settings;
  private final Estimator.Level threshold;
  private final boolean isOnRecord;
  private final DelayWindow window;
  private final Unanswered unanswered = new Unanswered();
  private long overdueNanos;
  private long convictNanos;

  private long last;
  private boolean wantsProof;
  private boolean isProofPending;
  private String firstFailure = "";
  private long failed;
  private long provesFrom;

  private boolean isVouchedFor;
  private long vouchedAt;
  private boolean wasAway;
  private long awayUntil;

  /** @param isOnRecord whether the target has a verdict from an earlier observer */
  Accrual(AccrualSettings settings, boolean isOnRecord) {
    this.settings = settings;
    this.threshold = Estimator.Level.of(settings.threshold());
    this.isOnRecord = isOnRecord;
    this.window = new DelayWindow(settings.window());
    learn();
  }

  @Override
  public void sent(long probe, long scheduledAt) {
    last = probe;
    wantsProof = false;
    unanswered.add(probe, scheduledAt);
  }

  @Override
  public Opinion ended(long probe, Outcome outcome, long now) {
    return switch (outcome) {
      case Outcome.Good _ -> good(probe, now);
      case Outcome.Failed(Kind kind, String reason) ->
          switch (kind) {
            case SILENT -> judge(now);
            case NOT_ASKED -> {
              unanswered.forget(probe);
              yield UNDECIDED;
            }
            case REFUSED -> proven(probe, reason, now);
            case BROKEN, WRONG -> failed(probe, kind, reason, now);
          };
    };
  }

  private Opinion good(long probe, long now) {
    if (probe - failed > 0) {
      wantsProof = false;
      isProofPending = false;
    }
    long delay = unanswered.answered(probe, now);
    if (delay >= 0) {
      window.add(delay);
      learn();
    }
    return ALIVE;
  }

  private Opinion failed(long probe, Kind kind, String reason, long now) {
    if (isProofPending && probe - provesFrom >= 0) {
      boolean isSame = reason.equals(firstFailure);
      return proven(
          probe, isSame ? reason + ", twice in a row" : reason + ", after " + firstFailure, now);
    }
    if (kind == Kind.WRONG) {
      unanswered.answered(probe, now);
    } else {
      unanswered.forget(probe);
    }
    if (!isProofPending) {
      demandProof(probe, reason);
    }
    return UNDECIDED;
  }

  private void demandProof(long probe, String reason) {
    wantsProof = true;
    isProofPending = true;
    firstFailure = reason;
    failed = probe;
    provesFrom = last + 1;
  }

  private Opinion proven(long probe, String reason, long now) {
    double phi = phi(now);
    wantsProof = false;
    isProofPending = false;
    unanswered.answered(probe, now);
    return new Opinion.Dead(false, phi, reason);
  }

  @Override
  public Opinion judge(long now) {
    long at = convictAt();
    if (at == Long.MAX_VALUE || at - now > 0) {
      return UNDECIDED;
    }
    double phi = phi(now);
    return new Opinion.Dead(
        true,
        phi,
        String.format(
            Locale.ROOT,
            "no answer for %.2f s (φ %.1f), %d probes unanswered",
            silence(now) / 1e9,
            phi,
            unanswered.count()));
  }

  @Override
  public long convictAt() {
    long at = silenceConvictsAt();
    if (at == Long.MAX_VALUE || !isVouchedFor) {
      return at;
    }
    return later(at, vouchedAt + VOUCHED_NANOS);
  }

  private long silenceConvictsAt() {
    int asked = unanswered.count();
    boolean isTooFew = isOnRecord && asked + window.count() < settings.minSamples();
    if (asked < AccrualSettings.MIN_UNANSWERED || isTooFew) {
      return Long.MAX_VALUE;
    }
    long third = unanswered.scheduledAt(AccrualSettings.MIN_UNANSWERED - 1);
    long at = later(unanswered.scheduledAt(0) + convictNanos, third + overdueNanos);
    return wasAway ? later(at, awayUntil + overdueNanos) : at;
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }

  @Override
  public long silentAt() {
    return unanswered.isEmpty() ? Long.MAX_VALUE : unanswered.scheduledAt(0) + overdueNanos;
  }

  @Override
  public boolean isSilent(long now) {
    return !unanswered.isEmpty() && silentAt() - now <= 0;
  }

  @Override
  public boolean isSuspect(long now) {
    return isProofPending || isSilent(now);
  }

  @Override
  public boolean wantsProof() {
    return wantsProof;
  }

  @Override
  public boolean isDisputed(long now) {
    long at = silenceConvictsAt();
    return at != Long.MAX_VALUE && at - now <= 0 && convictAt() - now > 0;
  }

  @Override
  public void vouched(long at) {
    if (!isVouchedFor || at - vouchedAt > 0) {
      isVouchedFor = true;
      vouchedAt = at;
    }
  }

  @Override
  public void accused() {
    if (!isProofPending) {
      demandProof(last, "an ejection by an LB server");
    }
  }

  @Override
  public void discount(long from, long to) {
    unanswered.discount(from, to);
    wasAway = true;
    awayUntil = to;
  }

  /** How suspicious the silence is now; 0 while nothing is out. */
  @Override
  public double phi(long now) {
    if (unanswered.isEmpty()) {
      return 0;
    }
    double silence = silence(now);
    double phi =
        isKnown()
            ? settings.estimator().phi(window, settings.floor().toNanos(), silence)
            : NormalTail.phi((silence - settings.firstEstimate().toNanos()) / firstDeviation());
    return Math.max(0, phi);
  }

  @Override
  public int samples() {
    return window.count();
  }

  @Override
  public double meanNanos() {
    return window.mean();
  }

  private long silence(long now) {
    return Math.max(0, now - unanswered.scheduledAt(0));
  }

  /** Works out what silence it takes, from the answers so far. */
  private void learn() {
    double pause = settings.acceptablePause().toNanos();
    convictNanos = (long) Math.min(pause + silence(threshold), settings.cap().toNanos());
    overdueNanos = (long) Math.min(silence(AccrualSettings.SUSPECT), convictNanos / 2.0);
  }

  private double silence(Estimator.Level level) {
    return isKnown()
        ? settings.estimator().silence(window, settings.floor().toNanos(), level)
        : settings.firstEstimate().toNanos() + level.z() * firstDeviation();
  }

  private boolean isKnown() {
    return window.count() >= settings.minSamples();
  }

  private double firstDeviation() {
    return Math.max(settings.floor().toNanos(), settings.firstEstimate().toNanos() / 2.0);
  }
}
