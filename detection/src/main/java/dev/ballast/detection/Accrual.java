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
 *   <li>A refused connection convicts at once; a broken one or a wrong answer when the next probe, sent at once on a fresh connection,
 *       brings no good answer either.
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
  private final DelayWindow window;
  private final DelayWindow expected = new DelayWindow(1);
  private final Unanswered unanswered = new Unanswered();
  private double overdueNanos;
  private double convictNanos;
  private boolean wantsProof;
  private boolean isVouchedFor;
  private long vouchedAt;

  Accrual(AccrualSettings settings) {
    this.settings = settings;
    this.threshold = Estimator.Level.of(settings.threshold());
    this.window = new DelayWindow(settings.window());
    expected.add(settings.firstEstimate().toNanos());
    learn();
  }

  @Override
  public void sent(long probe, long scheduledAt) {
    unanswered.add(probe, scheduledAt);
  }

  @Override
  public Opinion ended(long probe, Outcome outcome, long now) {
    return switch (outcome) {
      case Outcome.Good _ -> good(probe, now);
      case Outcome.Failed(Kind kind, String reason) ->
          switch (kind) {
            case SILENT ->
                wantsProof ? proven(probe, reason + ", after another failure", now) : judge(now);
            case NOT_ASKED -> {
              unanswered.answered(probe, now);
              yield UNDECIDED;
            }
            case REFUSED -> proven(probe, reason, now);
            case BROKEN, WRONG -> {
              if (wantsProof) {
                yield proven(probe, reason + ", twice in a row", now);
              }
              wantsProof = true;
              unanswered.answered(probe, now);
              yield UNDECIDED;
            }
          };
    };
  }

  private Opinion good(long probe, long now) {
    wantsProof = false;
    long delay = unanswered.answered(probe, now);
    if (delay >= 0) {
      window.add(delay);
      learn();
    }
    return ALIVE;
  }

  private Opinion proven(long probe, String reason, long now) {
    double phi = phi(now);
    wantsProof = false;
    unanswered.answered(probe, now);
    return new Opinion.Dead(false, phi, reason);
  }

  @Override
  public Opinion judge(long now) {
    if (unanswered.isEmpty() || convictAt() - now > 0) {
      return UNDECIDED;
    }
    long silence = silence(now);
    double phi = phi(now);
    return new Opinion.Dead(
        true,
        phi,
        String.format(
            Locale.ROOT,
            "no answer for %.2f s (φ %.1f), %d probes unanswered",
            silence / 1e9,
            phi,
            unanswered.count()));
  }

  @Override
  public long convictAt() {
    if (unanswered.count() < AccrualSettings.MIN_UNANSWERED) {
      return Long.MAX_VALUE;
    }
    double enough = Math.min(convictNanos, (double) settings.cap().toNanos());
    long third = unanswered.scheduledAt(AccrualSettings.MIN_UNANSWERED - 1);
    long at = Math.max(unanswered.scheduledAt(0) + (long) enough, third + (long) overdueNanos);
    return isVouchedFor ? Math.max(at, vouchedAt + VOUCHED_NANOS) : at;
  }

  @Override
  public long suspectAt() {
    return unanswered.isEmpty() ? Long.MAX_VALUE : unanswered.scheduledAt(0) + (long) overdueNanos;
  }

  @Override
  public boolean isSuspect(long now) {
    return !unanswered.isEmpty() && suspectAt() - now <= 0;
  }

  @Override
  public boolean wantsProof() {
    return wantsProof;
  }

  /** Whether silence would have convicted if nobody else had heard the target. */
  boolean isDisputed(long now) {
    if (!isVouchedFor || vouchedAt + VOUCHED_NANOS - now <= 0) {
      return false;
    }
    isVouchedFor = false;
    boolean convicts = !unanswered.isEmpty() && convictAt() - now <= 0;
    isVouchedFor = true;
    return convicts;
  }

  @Override
  public void vouched(long at) {
    if (!isVouchedFor || at - vouchedAt > 0) {
      isVouchedFor = true;
      vouchedAt = at;
    }
  }

  @Override
  public void discount(long from, long to) {
    unanswered.discount(from, to);
  }

  /** Forgets what is out, as when probing stops for a while. */
  void forgetProbes() {
    unanswered.clear();
    wantsProof = false;
  }

  /** How suspicious the silence is now; 0 while nothing is out. */
  @Override
  public double phi(long now) {
    return unanswered.isEmpty()
        ? 0
        : Math.max(0, believed().phi(window(), floor(), (double) silence(now)));
  }

  int samples() {
    return window.count();
  }

  private long silence(long now) {
    return Math.max(0, now - unanswered.scheduledAt(0));
  }

  /** Works out what silence it takes, from the answers so far. */
  private void learn() {
    overdueNanos = believed().silence(window(), floor(), AccrualSettings.SUSPECT);
    convictNanos =
        settings.acceptablePause().toNanos() + believed().silence(window(), floor(), threshold);
  }

  private boolean isKnown() {
    return window.count() >= settings.minSamples();
  }

  private Estimator believed() {
    return isKnown() ? settings.estimator() : Estimator.NORMAL;
  }

  private DelayWindow window() {
    return isKnown() ? window : expected;
  }

  private double floor() {
    return Math.max(
        (double) settings.floor().toNanos(),
        isKnown() ? 0 : settings.firstEstimate().toNanos() / 2.0);
  }
}
