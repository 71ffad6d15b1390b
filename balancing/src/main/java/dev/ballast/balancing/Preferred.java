package dev.ballast.balancing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who of those that may be picked is preferred: the priority group in use, and within it the LB server's own zone.
 *
 * @param priority of the group in use; empty if there is one group only, or all serve together
 * @param returnsAt when a group before that takes back what it has handed over, if it is well and stays so
 * @param returnsTo which one that is; −1 if none
 * @param zone the own one, or empty if no zone comes first
 * @param ownShare how much of the work stays in the own zone, 0 to 1; 1 also if no zone comes first
 * @param roles one for each candidate, in their order, whether it may be picked or not
 */
public record Preferred(
    OptionalInt priority,
    Optional<Instant> returnsAt,
    int returnsTo,
    String zone,
    double ownShare,
    List<Role> roles) {
  private static final int PERCENT = 100;

  /** What a backend is asked for, if it may be picked. */
  public enum Role {
    /** Its weight says what it gets. */
    ALIKE,
    /** It shares what stays in the own zone with the others there. */
    OWN_ZONE,
    /** It shares what spills over to other zones. */
    OTHER_ZONE,
    /** Nothing: another priority group is in use. */
    SPARE,
    /** Nothing: another zone takes all. */
    ZONE_SPARE;

    boolean isSpare() {
      return this == SPARE || this == ZONE_SPARE;
    }
  }

  static Preferred of(List<Candidate> candidates, Group group, ZoneSplit split) {
    OptionalInt priority =
        group.priority() == Group.ALL ? OptionalInt.empty() : OptionalInt.of(group.priority());
    double ownShare = split.equals(ZoneSplit.NONE) ? 1 : split.ownShare();
    return new Preferred(
        priority,
        group.returnsAt(),
        group.returnsTo(),
        split.ownZone(),
        ownShare,
        roles(candidates, group, split));
  }

  private static List<Role> roles(List<Candidate> candidates, Group group, ZoneSplit split) {
    if (group.priority() == Group.ALL && split.equals(ZoneSplit.NONE)) {
      return Collections.nCopies(candidates.size(), Role.ALIKE);
    }
    var roles = new ArrayList<Role>(candidates.size());
    for (Candidate candidate : candidates) {
      roles.add(role(candidate, group, split));
    }
    return List.copyOf(roles);
  }

  private static Role role(Candidate candidate, Group group, ZoneSplit split) {
    if (group.isSpare(candidate)) {
      return Role.SPARE;
    }
    if (split.isLeftOut(candidate)) {
      return Role.ZONE_SPARE;
    }
    if (!split.isMixed()) {
      return Role.ALIKE;
    }
    return split.isOwn(candidate) ? Role.OWN_ZONE : Role.OTHER_ZONE;
  }

  /** Whether the own zone and others share the work, so that weights alone do not say who gets how much. */
  public boolean isSplit() {
    return ownShare > 0 && ownShare < 1;
  }

  /** The part of the work that stays in the own zone, in percent. */
  public long ownPercent() {
    return Math.round(ownShare * PERCENT);
  }

  /** What follows from the role of the candidate at {@code index}, if it may be picked; empty if nothing does. */
  String remark(int index) {
    return switch (roles.get(index)) {
      case ALIKE -> "";
      case OWN_ZONE -> "zone " + zone + " takes " + ownPercent() + " %";
      case OTHER_ZONE -> "zone " + zone + " leaves " + (PERCENT - ownPercent()) + " % to others";
      case SPARE ->
          "spare: priority "
              + priority.orElse(0)
              + " is in use"
              + returnsAt.map(at -> " until " + at).orElse("");
      case ZONE_SPARE ->
          ownShare == 0
              ? "spare: other zones than " + zone + " take all"
              : "spare: zone " + zone + " takes all";
    };
  }
}
