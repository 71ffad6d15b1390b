package dev.ballast.locks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a member is to do next, as a function of what the group looks like and of what it does itself: nothing remembered, no
 * time, no I/O. Members need not agree: the queues of the partitions see to it that there is one owner, the plan only that it
 * is soon the right one.
 *
 * <ul>
 *   <li>Each partition has a wanted owner: the first in {@link Rendezvous rank} of the members that are not leaving.
 *   <li>The wanted owner claims it, and stands behind who has it.
 *   <li>Who has it stops once the wanted owner stands in the queue, not before, so that nobody waits for one
 *       who does not come; and where nobody stays, at once.
 *   <li>Any other claim is dropped.
 * </ul>
 *
 * @param claim partitions to claim
 * @param start those that are held and wanted, and not begun with
 * @param stop those to give to their wanted owner, who waits
 * @param lost those that this member works on and has no claim on any more, against all expectation
 * @param drop claims of this member that are of no use
 * @param isRejoinWanted whether a partition is wanted that may not be claimed by this lease any more
 */
record GroupPlan(
    List<Integer> claim,
    List<Start> start,
    List<Integer> stop,
    List<Integer> lost,
    List<Integer> drop,
    boolean isRejoinWanted) {

  record Start(int partition, long token) {}

  /** What the member does with a partition. */
  enum Doing {
    /** Works on it. */
    WORKING,
    /** Was told to stop, or has stopped and not released it yet. */
    STOPPING,
    /** Has tried to release it and does not know whether that happened, or may yet: never again with this lease. */
    DOUBTFUL
  }

  boolean isEmpty() {
    return claim.isEmpty()
        && start.isEmpty()
        && stop.isEmpty()
        && lost.isEmpty()
        && drop.isEmpty()
        && !isRejoinWanted;
  }

  /**
   * The plan.
   *
   * @param shares who is to have which partition, among the members of {@code view}
   * @param doing what {@code me} does with a partition; null for nothing
   */
  static GroupPlan of(
      GroupView view,
      Shares shares,
      List<String> partitions,
      LeaseId me,
      IntFunction<@Nullable Doing> doing) {
    var plan =
        new GroupPlan(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            false);
    boolean isRejoinWanted = false;
    for (int i = 0; i < partitions.size(); i++) {
      var queue = view.queue(partitions.get(i));
      var mine = GroupView.in(queue, me);
      var wanted = shares.owner(i);
      boolean isWantedHere = me.equals(wanted);
      switch (doing.apply(i)) {
        case WORKING -> {
          if (mine == null) {
            plan.lost.add(i);
          } else if (wanted == null || (!isWantedHere && GroupView.in(queue, wanted) != null)) {
            plan.stop.add(i);
          }
        }
        case STOPPING -> {}
        case DOUBTFUL -> {
          isRejoinWanted |= isWantedHere;
          plan.dropIf(mine, i);
        }
        case null -> {
          if (!isWantedHere) {
            plan.dropIf(mine, i);
          } else if (mine == null) {
            plan.claim.add(i);
          } else if (mine.isHeld()) {
            plan.start.add(new Start(i, mine.token()));
          }
        }
      }
    }
    return isRejoinWanted
        ? new GroupPlan(plan.claim, plan.start, plan.stop, plan.lost, plan.drop, true)
        : plan;
  }

  private void dropIf(@Nullable Holding mine, int partition) {
    if (mine != null) {
      drop.add(partition);
    }
  }

  /** Which lease is to have which partition: null where there is nobody who stays. */
  record Shares(List<GroupView.Member> members, List<@Nullable LeaseId> owners) {

    @Nullable LeaseId owner(int partition) {
      return owners.get(partition);
    }

    static Shares none(int partitions) {
      return new Shares(List.of(), Collections.nCopies(partitions, null));
    }

    /** The shares of the members in {@code view}; this, if they are the same as before. */
    Shares of(GroupView view, GroupSettings settings) {
      var staying =
          view.members().stream()
              .filter(m -> !m.isLeaving() && m.fingerprint().equals(settings.fingerprint()))
              .toList();
      if (isSame(staying)) {
        return this;
      }
      Map<Rendezvous.Node, LeaseId> leases =
          staying.stream()
              .collect(Collectors.toMap(GroupView.Member::node, GroupView.Member::lease));
      var owners = new ArrayList<@Nullable LeaseId>();
      for (String partition : settings.partitions()) {
        var first = Rendezvous.first(partition, leases.keySet());
        owners.add(first == null ? null : leases.get(first));
      }
      return new Shares(staying, owners);
    }

    private boolean isSame(List<GroupView.Member> others) {
      if (members.size() != others.size()) {
        return false;
      }
      for (int i = 0; i < others.size(); i++) {
        if (!members.get(i).node().equals(others.get(i).node())
            || !members.get(i).lease().equals(others.get(i).lease())) {
          return false;
        }
      }
      return true;
    }
  }
}
