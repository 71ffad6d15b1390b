package dev.ballast.locks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group as an engine lists it. A member is a held claim on {@code $group/G/members/M}, whose note says its
 * weight, what partitions it shares in, and whether it is leaving; a partition is the queue of {@code $group/G/partitions/P}.
 *
 * @param members by name
 * @param queues of partitions' names that anybody claims, in the order of tokens
 */
record GroupView(List<Member> members, Map<String, List<Holding>> queues) {
  /** Names that begin so belong to consumer groups. */
  static final String RESERVED = "$group/";

  private static final Pattern NOTE =
      Pattern.compile("weight=(\\d{1,4}) partitions=([0-9]+:[0-9a-f]{16})( leaving)?");

  /**
   * A member.
   *
   * @param fingerprint see {@link GroupSettings#fingerprint()}
   */
  record Member(String name, int weight, String fingerprint, boolean isLeaving, Holding holding) {

    static String note(GroupSettings settings, int weight, boolean isLeaving) {
      return "weight=%d partitions=%s%s"
          .formatted(weight, settings.fingerprint(), isLeaving ? " leaving" : "");
    }

    /** How many partitions it says there are. */
    int partitions() {
      String count = fingerprint.substring(0, fingerprint.indexOf(':'));
      return count.length() > 6 ? 0 : Integer.parseInt(count);
    }

    Rendezvous.Node node() {
      return new Rendezvous.Node(name, weight);
    }

    LeaseId lease() {
      return holding.lease();
    }
  }

  static String prefix(String group) {
    return RESERVED + group + "/";
  }

  static String memberName(String group, String member) {
    return prefix(group) + "members/" + member;
  }

  static String partitionName(String group, String partition) {
    return prefix(group) + "partitions/" + partition;
  }

  /** What was listed under the group's prefix. Who has a note that is not a member's is no member. */
  static GroupView of(String group, List<Holding> holdings) {
    String membersPrefix = memberName(group, "");
    String partitionsPrefix = partitionName(group, "");
    var members = new ArrayList<Member>();
    var queues = new HashMap<String, List<Holding>>();
    for (var holding : holdings) {
      String name = holding.name();
      if (name.startsWith(partitionsPrefix)) {
        queues
            .computeIfAbsent(name.substring(partitionsPrefix.length()), _ -> new ArrayList<>(2))
            .add(holding);
      } else if (name.startsWith(membersPrefix) && holding.isHeld()) {
        var member = member(name.substring(membersPrefix.length()), holding);
        if (member != null) {
          members.add(member);
        }
      }
    }
    return new GroupView(members, queues);
  }

  private static @Nullable Member member(String name, Holding holding) {
    var note = NOTE.matcher(holding.note());
    if (!note.matches()) {
      return null;
    }
    int weight = Math.max(1, Integer.parseInt(note.group(1)));
    return new Member(name, weight, note.group(2), note.group(3) != null, holding);
  }

  /** The queue of a partition; empty if nobody claims it. */
  List<Holding> queue(String partition) {
    return queues.getOrDefault(partition, List.of());
  }

  /** A lease's claim in a queue. */
  static @Nullable Holding in(List<Holding> queue, LeaseId lease) {
    for (var holding : queue) {
      if (holding.lease().equals(lease)) {
        return holding;
      }
    }
    return null;
  }

  /** Who holds the partition. */
  static @Nullable Holding holder(List<Holding> queue) {
    return !queue.isEmpty() && queue.getFirst().isHeld() ? queue.getFirst() : null;
  }

  /** The member with this lease. */
  @Nullable Member member(LeaseId lease) {
    for (var member : members) {
      if (member.lease().equals(lease)) {
        return member;
      }
    }
    return null;
  }

  /** How many partitions have an owner. */
  int held() {
    int held = 0;
    for (var queue : queues.values()) {
      held += holder(queue) == null ? 0 : 1;
    }
    return held;
  }
}
