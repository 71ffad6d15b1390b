package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * A consumer group as its engine has it at one moment, for who is no member.
 *
 * @param partitions how many are shared out, as the members say; 0 where there are none
 * @param owned how many of them have an owner
 * @param members by name, at most {@value #MEMBER_LIMIT} of them
 */
public record GroupState(String group, int partitions, int owned, List<Member> members) {
  /** How many members are told. */
  public static final int MEMBER_LIMIT = 1_000;

  public GroupState {
    members = List.copyOf(members);
  }

  /**
   * A member.
   *
   * @param owned how many partitions it owns
   * @param isLeaving whether it is giving them away
   * @param remaining until it counts as gone if it is not heard of, by the engine's clock
   */
  public record Member(String name, int weight, int owned, boolean isLeaving, Duration remaining) {}

  /**
   * Looks at a group with one call, which lists all of it: its cost grows with partitions and members, so this is nothing for a
   * loop. A group that nobody is in has no members, and so has one that never was.
   *
   * @throws EngineUnavailable if the engine gives no answer
   * @throws IllegalArgumentException if no group can have this name
   */
  public static GroupState of(LockEngine engine, String group) {
    GroupSettings.checkGroup(group);
    var view = GroupView.of(group, engine.list(GroupView.prefix(group)));
    var owned = new HashMap<LeaseId, Integer>();
    for (var queue : view.queues().values()) {
      var holder = GroupView.holder(queue);
      if (holder != null) {
        owned.merge(holder.lease(), 1, Integer::sum);
      }
    }
    var members = new ArrayList<Member>();
    int partitions = 0;
    for (var member : view.members()) {
      partitions = Math.max(partitions, member.partitions());
      if (members.size() < MEMBER_LIMIT) {
        members.add(
            new Member(
                member.name(),
                member.weight(),
                owned.getOrDefault(member.lease(), 0),
                member.isLeaving(),
                member.holding().remaining()));
      }
    }
    return new GroupState(group, partitions, view.held(), members);
  }
}
