package dev.ballast.controller;

import dev.ballast.locks.GroupState;
import dev.ballast.locks.LocksJson;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The orchestrators that run now, as the lock engine of this controller has them: they share out what they observe as a consumer
 * group of this name. Without any, verdicts stay as they are.
 */
final class Orchestrators {
  static final String GROUP = "orchestrators";

  private Orchestrators() {}

  static ObjectNode json(GroupState group) {
    ObjectNode json =
        Json.object()
            .put("group", group.group())
            .put("partitions", group.partitions())
            .put("owned", group.owned());
    ArrayNode members = json.putArray("members");
    for (var member : group.members()) {
      members
          .addObject()
          .put("name", member.name())
          .put("weight", member.weight())
          .put("partitions", member.owned())
          .put("leaving", member.isLeaving())
          .put("remaining", LocksJson.text(member.remaining()));
    }
    return json;
  }
}
