package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Locks under faults: clients of real engines change a register while processes are paused, killed and cut off and clocks go
 * wrong, a different schedule each time. {@code ./bench lock-faults} runs more of them, or one again by its seed.
 */
final class LockFaultsIT {
  private static final long SEED = 20_000;
  private static final Map<LockEngineCase, Integer> SCHEDULES =
      Map.of(
          LockEngineCase.POSTGRES, 12,
          LockEngineCase.REDIS, 13,
          LockEngineCase.REDLOCK, 12,
          LockEngineCase.ETCD, 4,
          LockEngineCase.ETCD_CLUSTER, 3);

  /** Both kinds of networks are used, where both are to be had. */
  private static final Set<LockEngineCase> WITH_CABLES =
      Set.of(LockEngineCase.POSTGRES, LockEngineCase.REDLOCK);

  @Test
  void shouldProtectARegisterByTokensWhateverGoesWrong() throws Exception {
    var verdicts = runAll();
    assertThat(verdicts.stream().filter(verdict -> !verdict.isGood()))
        .as("schedules with violations; run one again with ./bench lock-faults --help")
        .isEmpty();
    assertThat(verdicts).as("schedules").hasSizeGreaterThanOrEqualTo(40);
    // Faults may leave nobody in for a whole schedule, but not for many.
    assertThat(verdicts.stream().filter(v -> v.grants() <= 5).count())
        .as("schedules in which hardly anybody worked before the last round")
        .isLessThan(verdicts.size() / 4);
    assertThat(verdicts.stream().mapToInt(FaultVerdict::grants).sum())
        .as("grants under faults")
        .isGreaterThan(5 * verdicts.size());
    long withoutFence =
        verdicts.stream().filter(v -> !v.violationsWithoutFence().isEmpty()).count();
    assertThat(withoutFence)
        .as("schedules that a lock without a fence does not survive")
        .isPositive();
    assertThat(verdicts.stream().mapToLong(FaultVerdict::refusedWrites).sum())
        .as("writes that the fence refused")
        .isPositive();
    Figures.print("lock_fault_schedules", verdicts.size());
    Figures.print("lock_fault_schedules_violated_without_fence", withoutFence);
  }

  private static List<FaultVerdict> runAll() throws Exception {
    boolean isRoot = Namespace.isPossible();
    try (var lanes = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var running = new ArrayList<Future<List<FaultVerdict>>>();
      for (LockEngineCase engine : SCHEDULES.keySet()) {
        boolean hasCables = isRoot && WITH_CABLES.contains(engine);
        var campaign = new FaultCampaign(engine, hasCables);
        var directory = Installation.emptyDirectory("lock-faults-it-" + engine);
        running.add(
            lanes.submit(() -> campaign.run(directory, SEED, SCHEDULES.get(engine), _ -> {})));
      }
      var verdicts = new ArrayList<FaultVerdict>();
      for (var lane : running) {
        verdicts.addAll(lane.get());
      }
      return verdicts;
    }
  }
}
