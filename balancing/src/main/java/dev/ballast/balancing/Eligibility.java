package dev.ballast.balancing;

import dev.ballast.model.AdminState;
import dev.ballast.model.Preference;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which backends of a pool may be picked at one instant, and why: the one place that knows.
 *
 * <p>A backend is eligible when it is enabled, has a weight and a known address, is not ejected, and its verdict is healthy;
 * or unknown, if there is no health check, if no backend that could serve is healthy, or if it appeared at least
 * {@link #GRACE} ago. Of these the first priority group of which enough is eligible is used, and of that group the LB
 * server's own zone, with what it can't take spilling over to the others. A group that has handed over takes back after it has been well for a while.
 *
 * <p>The pool is in panic when no group has enough and the eligible share of those that could serve (enabled, with weight and
 * address) falls below the threshold: then all of these may be picked, wherever they stand.
 *
 * @param standings one for each candidate, in their order
 * @param isPanic whether the pool is in panic
 * @param nextChange when time alone may change the answer: a new backend's grace, an override or an ejection ends, or a group takes back
 * @param ejections of those that are ejected, by the index of the candidate
 * @param preferred who of those that may be picked is used
 */
public record Eligibility(
    List<Standing> standings,
    boolean isPanic,
    Optional<Instant> nextChange,
    Map<Integer, Ejection> ejections,
    Preferred preferred) {
  /** How long a new backend of unknown health waits while others are healthy. */
  public static final Duration GRACE = Duration.ofSeconds(10);

  /** Judges candidates of which none is preferred to another; a threshold of 0 rules panic out. */
  public static Eligibility evaluate(
      List<Candidate> candidates, boolean hasHealthCheck, int panicThresholdPercent, Instant now) {
    var rules =
        new Rules(
            hasHealthCheck,
            panicThresholdPercent,
            Preference.NONE.failoverPercent(),
            Preference.NONE.spillPercent(),
            "");
    return evaluate(candidates, rules, null, now);
  }

  /** Judges the candidates at {@code now}, of whose past nothing is known. */
  public static Eligibility evaluate(List<Candidate> candidates, Rules rules, Instant now) {
    return evaluate(candidates, rules, null, now);
  }

  /**
   * Judges the candidates at {@code now}.
   *
   * @param before what was true of the same pool until now; null: nothing is known of it
   */
  public static Eligibility evaluate(
      List<Candidate> candidates, Rules rules, @Nullable Eligibility before, Instant now) {
    boolean isAnyHealthy = candidates.stream().anyMatch(candidate -> isHealthy(candidate, now));
    List<Standing> standings = new ArrayList<>(candidates.size());
    var ejections = new HashMap<Integer, Ejection>();
    Instant nextChange = null;
    for (Candidate candidate : candidates) {
      Standing standing = standing(candidate, rules.hasHealthCheck(), isAnyHealthy, now);
      standings.add(standing);
      Ejection ejection = candidate.ejectionAt(now);
      if (ejection != null && standing == Standing.EJECTED) {
        ejections.put(standings.size() - 1, ejection);
        nextChange = earlier(nextChange, ejection.until());
      }
      nextChange = earlier(nextChange, candidate.overrideEnd(now));
      nextChange =
          earlier(
              nextChange,
              standing == Standing.UNKNOWN_AND_NEW ? candidate.appeared().plus(GRACE) : null);
    }
    Preferred used = before == null ? null : before.preferred();
    Group group = Group.inUse(candidates, standings, rules.failoverPercent(), used, now);
    nextChange = earlier(nextChange, group.returnsAt().orElse(null));
    boolean isPanic = !group.hasEnough() && isPanic(standings, rules.panicThresholdPercent());
    ZoneSplit split = isPanic ? ZoneSplit.NONE : ZoneSplit.of(candidates, standings, group, rules);
    return new Eligibility(
        List.copyOf(standings),
        isPanic,
        Optional.ofNullable(nextChange),
        Map.copyOf(ejections),
        Preferred.of(candidates, group, split));
  }

  private static boolean isPanic(List<Standing> standings, int thresholdPercent) {
    long serving = standings.stream().filter(Standing::isEligibleInPanic).count();
    long eligible = standings.stream().filter(Standing::isEligible).count();
    return eligible * 100 < thresholdPercent * serving;
  }

  /** Whether the candidate at {@code index} may be picked. */
  public boolean isEligible(int index) {
    Standing standing = standings.get(index);
    return isPanic
        ? standing.isEligibleInPanic()
        : standing.isEligible() && !preferred.roles().get(index).isSpare();
  }

  /** Whether the candidate at {@code index} may serve, but others are preferred. */
  public boolean isSpare(int index) {
    return standings.get(index).isEligible() && preferred.roles().get(index).isSpare();
  }

  /** Why it may be picked or not, in a few words. */
  public String reason(int index) {
    Standing standing = standings.get(index);
    Ejection ejection = ejections.get(index);
    String reason = ejection == null ? standing.reason() : ejection.toString();
    if (!standing.isEligible()) {
      return isEligible(index) ? "panic, though " + reason : reason;
    }
    String remark = preferred.remark(index);
    return remark.isEmpty() ? reason : reason + "; " + remark;
  }

  private static boolean isHealthy(Candidate candidate, Instant now) {
    return candidate.verdict() == Verdict.HEALTHY && obstacle(candidate, now) == null;
  }

  private static Standing standing(
      Candidate candidate, boolean hasHealthCheck, boolean isAnyHealthy, Instant now) {
    Standing obstacle = obstacle(candidate, now);
    if (obstacle != null) {
      return obstacle;
    }
    return switch (candidate.verdict()) {
      case HEALTHY -> Standing.HEALTHY;
      case UNHEALTHY -> Standing.UNHEALTHY;
      case UNKNOWN -> whileUnknown(candidate, hasHealthCheck, isAnyHealthy, now);
    };
  }

  /** What keeps a candidate from serving, whatever its verdict. */
  private static @Nullable Standing obstacle(Candidate candidate, Instant now) {
    AdminState state = candidate.effectiveState(now);
    if (state != AdminState.ENABLED) {
      return state == AdminState.DRAINING ? Standing.DRAINING : Standing.DISABLED;
    }
    if (!candidate.rank().isInSubset()) {
      return Standing.OUTSIDE_SUBSET;
    }
    if (candidate.weight() == 0) {
      return Standing.WEIGHT_ZERO;
    }
    if (!candidate.isAddressKnown()) {
      return Standing.ADDRESS_UNKNOWN;
    }
    return candidate.ejectionAt(now) != null ? Standing.EJECTED : null;
  }

  private static Standing whileUnknown(
      Candidate candidate, boolean hasHealthCheck, boolean isAnyHealthy, Instant now) {
    if (!hasHealthCheck) {
      return Standing.UNCHECKED;
    }
    if (!isAnyHealthy) {
      return Standing.UNKNOWN_AMONG_UNKNOWN;
    }
    boolean isNew = candidate.appeared().plus(GRACE).isAfter(now);
    return isNew ? Standing.UNKNOWN_AND_NEW : Standing.UNKNOWN_FOR_LONG;
  }

  private static @Nullable Instant earlier(@Nullable Instant first, @Nullable Instant second) {
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return first.isBefore(second) ? first : second;
  }
}
