package dev.ballast.verify;

import java.time.Duration;
import java.util.List;

/**
 * What came of a schedule.
 *
 * @param grants how often a client got the lock before the last round, in which each gets it once
 * @param refusedWrites what the fence kept from the register
 * @param violations with fencing; want none
 * @param violationsWithoutFence in the register that trusts the lock, in the same run
 * @param recovery until every client had had the lock once more, after all was healed
 * @param took from beginning to end
 */
record FaultVerdict(
    FaultSchedule schedule,
    int grants,
    long refusedWrites,
    List<String> violations,
    List<String> violationsWithoutFence,
    Duration recovery,
    Duration took) {
  FaultVerdict {
    violations = List.copyOf(violations);
    violationsWithoutFence = List.copyOf(violationsWithoutFence);
  }

  /** With fencing nothing was violated. */
  boolean isGood() {
    return violations.isEmpty();
  }
}
