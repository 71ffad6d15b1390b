package dev.ballast.controller;

import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Codec;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.util.EnumMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What orchestrators have observed, beside what it is about: the field {@code status}. */
final class Observed {
  private static final String STATUS = "status";

  private Observed() {}

  static void put(ObjectNode json, BackendStatus status) {
    ObjectNode node =
        json.putObject(STATUS)
            .put("verdict", Codec.text(status.verdict()))
            .put("reason", status.reason())
            .put("phi", status.phi())
            .put("since", status.since().toString());
    if (!status.history().isEmpty()) {
      ArrayNode history = node.putArray("history");
      status
          .history()
          .forEach(
              past ->
                  history
                      .addObject()
                      .put("verdict", Codec.text(past.verdict()))
                      .put("reason", past.reason())
                      .put("since", past.since().toString()));
    }
  }

  static void put(ObjectNode json, LbServerStatus status) {
    json.putObject(STATUS)
        .put("state", Codec.text(status.state()))
        .put("reason", status.reason())
        .put("phi", status.phi())
        .put("since", status.since().toString());
  }

  /** How many backends have which verdict; without a status it is unknown. */
  static void putVerdicts(ObjectNode json, Snapshot whole) {
    var counts = new EnumMap<Verdict, Integer>(Verdict.class);
    for (var item : whole.items().values()) {
      if (item.resource() instanceof Backend backend) {
        Verdict verdict =
            whole.statusOf(backend).map(BackendStatus::verdict).orElse(Verdict.UNKNOWN);
        counts.merge(verdict, 1, Integer::sum);
      }
    }
    ObjectNode verdicts = json.putObject("verdicts");
    for (Verdict verdict : Verdict.values()) {
      verdicts.put(Codec.text(verdict), counts.getOrDefault(verdict, 0));
    }
  }
}
