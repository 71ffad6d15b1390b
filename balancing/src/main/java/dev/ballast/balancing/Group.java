package dev.ballast.balancing;

import dev.ballast.model.Backend;
import java.util.List;

/**
 * The priority group in use: the first of which enough is eligible, so that spares serve before anybody who is down is asked.
 *
 * @param priority of the group; {@link #ALL} if no group has enough, so that all groups serve together, or if there is only one
 * @param hasEnough whether there are several groups, and one of them has enough; only where none has, panic is thought of
 */
record Group(int priority, boolean hasEnough) {
  static final int ALL = -1;

  /** A backend whose health is not known yet makes its group no smaller: to add backends must not make others take over. */
  static boolean counts(Standing standing) {
    return standing.isEligibleInPanic() && standing != Standing.UNKNOWN_AND_NEW;
  }

  /** @param standings in the order of the candidates */
  static Group inUse(List<Candidate> candidates, List<Standing> standings, int failoverPercent) {
    var serving = new int[Backend.LAST_PRIORITY + 1];
    var eligible = new int[Backend.LAST_PRIORITY + 1];
    for (int i = 0; i < standings.size(); i++) {
      int priority = candidates.get(i).rank().priority();
      serving[priority] += counts(standings.get(i)) ? 1 : 0;
      eligible[priority] += standings.get(i).isEligible() ? 1 : 0;
    }
    int groups = 0;
    int first = ALL;
    for (int priority = 0; priority < serving.length; priority++) {
      if (serving[priority] > 0) {
        groups++;
        boolean isEnough = eligible[priority] * 100L >= (long) failoverPercent * serving[priority];
        first = first == ALL && isEnough ? priority : first;
      }
    }
    return groups < 2 ? new Group(ALL, false) : new Group(first, first != ALL);
  }

  boolean isSpare(Candidate candidate) {
    return priority != ALL && candidate.rank().priority() != priority;
  }
}
