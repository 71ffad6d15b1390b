package dev.ballast.balancing;

import java.util.List;

/**
 * How much of an LB server's work stays in its own zone: all of it while enough of the zone is eligible, then in proportion to what is left of
 * that; the rest spills over to the other zones.
 *
 * @param ownShare 0 to 1; {@link #NONE} where no zone comes first
 */
record ZoneSplit(String ownZone, double ownShare) {
  static final ZoneSplit NONE = new ZoneSplit("", Double.NaN);

  /**
   * By the weights of those of the group in use.
   *
   * @param standings in the order of the candidates
   */
  static ZoneSplit of(
      List<Candidate> candidates, List<Standing> standings, Group group, Rules rules) {
    if (!rules.isForZone()) {
      return NONE;
    }
    long serving = 0;
    long eligible = 0;
    boolean isAnyElsewhere = false;
    for (int i = 0; i < standings.size(); i++) {
      Candidate candidate = candidates.get(i);
      boolean isOwn = candidate.rank().zone().equals(rules.ownZone());
      if (group.isSpare(candidate)) {
        continue;
      }
      isAnyElsewhere |= !isOwn && standings.get(i).isEligible();
      serving += isOwn && Group.counts(standings.get(i)) ? candidate.weight() : 0;
      eligible += isOwn && standings.get(i).isEligible() ? candidate.weight() : 0;
    }
    if (serving == 0 || !isAnyElsewhere) {
      return NONE;
    }
    double share = eligible * 100.0 / ((double) serving * rules.spillPercent());
    return new ZoneSplit(rules.ownZone(), Math.min(1, share));
  }

  boolean isOwn(Candidate candidate) {
    return candidate.rank().zone().equals(ownZone);
  }

  /** Whether the zone of the candidate gets nothing. */
  boolean isLeftOut(Candidate candidate) {
    return isOwn(candidate) ? ownShare == 0 : ownShare == 1;
  }

  /** Whether both the own zone and others get something, so that weights alone do not say how much. */
  boolean isMixed() {
    return ownShare > 0 && ownShare < 1;
  }
}
