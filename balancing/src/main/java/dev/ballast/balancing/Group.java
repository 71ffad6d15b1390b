package dev.ballast.balancing;

import dev.ballast.model.Backend;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The priority group in use: the first of which enough is eligible, so that spares serve before anybody who is down is asked.
 *
 * <p>A group hands over at once when it has no longer enough, and the first that has enough again takes back when it has been that for {@link #HOLD} without a break: a group that hovers
 * around the threshold would else move all of the load to and fro with each verdict. The past counts for no longer than that, so LB servers that have seen different things soon
 * agree again.
 *
 * @param priority of the group; {@link #ALL} if no group has enough, so that all groups serve together, or if there is only one
 * @param hasEnough whether there are several groups, and one of them has enough; only where none has, panic is thought of
 * @param returnsAt when a group before this one takes back, if it stays well
 * @param returnsTo which one that is; {@link #ALL} if none
 */
record Group(int priority, boolean hasEnough, Optional<Instant> returnsAt, int returnsTo) {
  static final int ALL = -1;

  /** How long a group has to be well before it takes back what it has handed over. */
  static final Duration HOLD = Duration.ofSeconds(10);

  /** A backend whose health is not known yet makes its group no smaller: to add backends must not make others take over. */
  static boolean counts(Standing standing) {
    return standing.isEligibleInPanic() && standing != Standing.UNKNOWN_AND_NEW;
  }

  /**
   * The one to use now.
   *
   * @param standings in the order of the candidates
   * @param before what was used last; null: nothing is known of it
   */
  static Group inUse(
      List<Candidate> candidates,
      List<Standing> standings,
      int failoverPercent,
      @Nullable Preferred before,
      Instant now) {
    var serving = new int[Backend.LAST_PRIORITY + 1];
    var eligible = new int[Backend.LAST_PRIORITY + 1];
    for (int i = 0; i < standings.size(); i++) {
      int priority = candidates.get(i).rank().priority();
      serving[priority] += counts(standings.get(i)) ? 1 : 0;
      eligible[priority] += standings.get(i).isEligible() ? 1 : 0;
    }
    int used = before == null ? ALL : before.priority().orElse(ALL);
    boolean isUsedStillEnough = false;
    int groups = 0;
    int first = ALL;
    for (int priority = 0; priority < serving.length; priority++) {
      if (serving[priority] > 0) {
        groups++;
        boolean isEnough = eligible[priority] * 100L >= (long) failoverPercent * serving[priority];
        first = first == ALL && isEnough ? priority : first;
        isUsedStillEnough |= priority == used && isEnough;
      }
    }
    if (groups < 2) {
      return new Group(ALL, false, Optional.empty(), ALL);
    }
    var best = new Group(first, first != ALL, Optional.empty(), ALL);
    return before != null && isUsedStillEnough && first < used
        ? best.after(used, before, now)
        : best;
  }

  /** This one, unless another is to be used a while longer. */
  private Group after(int used, Preferred before, Instant now) {
    Instant latest = now.plus(HOLD);
    boolean isPromised = before.returnsTo() == priority;
    Instant at = before.returnsAt().filter(t -> isPromised && latest.isAfter(t)).orElse(latest);
    return now.isBefore(at) ? new Group(used, true, Optional.of(at), priority) : this;
  }

  boolean isSpare(Candidate candidate) {
    return priority != ALL && candidate.rank().priority() != priority;
  }
}
