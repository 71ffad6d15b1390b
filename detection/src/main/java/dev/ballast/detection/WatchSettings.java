package dev.ballast.detection;

import dev.ballast.model.HealthCheck;
import dev.ballast.model.Judgement;
import dev.ballast.model.ProbePace;
import java.time.Duration;

/** How one target is watched: how often it is asked, what convicts it, and what it takes to be trusted again. */
public record WatchSettings(Pace pace, Detection detection, Rising rising) {
  private static final Duration MEMORY = Duration.ofMinutes(5);

  /** What a pool's health check says. */
  public static WatchSettings of(HealthCheck check) {
    ProbePace pace = check.pace();
    Judgement judgement = check.judgement();
    var asked =
        new Pace(
            pace.interval(),
            pace.unhealthyInterval(),
            pace.initialInterval(),
            pace.jitterPercent(),
            pace.timeout(),
            pace.grace());
    Detection detection =
        switch (judgement.rule()) {
          case PHI -> new Detection.Phi(accrual(judgement.accrual()));
          case COUNT -> new Detection.Count(judgement.fall());
        };
    return new WatchSettings(asked, detection, new Rising(judgement.rise(), MEMORY));
  }

  private static AccrualSettings accrual(Judgement.Accrual accrual) {
    var estimator =
        switch (accrual.estimator()) {
          case NORMAL -> Estimator.NORMAL;
          case EXPONENTIAL -> Estimator.EXPONENTIAL;
          case HISTOGRAM -> Estimator.HISTOGRAM;
        };
    return new AccrualSettings(
        estimator,
        accrual.threshold(),
        accrual.window(),
        accrual.minSamples(),
        accrual.firstEstimate(),
        accrual.floor(),
        accrual.acceptablePause(),
        accrual.cap());
  }
}
