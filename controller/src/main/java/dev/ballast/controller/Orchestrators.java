package dev.ballast.controller;

import dev.ballast.locks.GroupState;
import dev.ballast.locks.Holding;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LocksJson;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The orchestrators that run now, as the lock engine of this controller has them: they share out what they observe as a consumer
 * group of this name. Without any, verdicts stay as they are.
 */
final class Orchestrators {
  private static final String GROUP = "orchestrators";

  /** How the locks begin that those hold who doubt themselves; then comes the name, and the reason is their note. */
  private static final String DOUBT = GROUP + "-in-doubt/";

  private Orchestrators() {}

  static ObjectNode json(LockEngine engine) {
    var group = GroupState.of(engine, GROUP);
    var doubts =
        engine.list(DOUBT).stream()
            .filter(Holding::isHeld)
            .collect(Collectors.toMap(Holding::name, Holding::note, (one, _) -> one));
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
          .put("doubt", doubts.getOrDefault(DOUBT + member.name(), ""))
          .put("remaining", LocksJson.text(member.remaining()));
    }
    return json;
  }
}
