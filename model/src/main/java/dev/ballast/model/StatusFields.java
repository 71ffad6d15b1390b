package dev.ballast.model;

import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes the kinds that say what was observed. A history and an address are written only where there is one, and may be
 * absent: those written before there were any have none.
 */
final class StatusFields {
  private StatusFields() {}

  static Optional<BackendStatus> backendStatus(Fields fields) {
    String pool = fields.name("pool");
    String backend = fields.name("name");
    var address = fields.text("address", BackendAddress::parse);
    var verdict = fields.constant("verdict", Verdict.class).orElse(Verdict.UNKNOWN);
    String reason = reason(fields);
    double phi = phi(fields);
    Instant since = since(fields);
    var history =
        fields.elements("history", BackendStatus.HISTORY_LIMIT, StatusFields::pastVerdict);
    return fields.make(
        () -> new BackendStatus(pool, backend, address, verdict, reason, phi, since, history));
  }

  private static Optional<PastVerdict> pastVerdict(Fields fields) {
    var verdict = fields.constant("verdict", Verdict.class).orElse(Verdict.UNKNOWN);
    var past = new PastVerdict(verdict, reason(fields), since(fields));
    fields.finish();
    return Optional.of(past);
  }

  static Optional<LbServerStatus> lbServerStatus(Fields fields) {
    String name = fields.name("name");
    String instance = fields.required("instance", text -> text, "placeholder");
    var state = fields.constant("state", LbServerState.class);
    if (state.isEmpty() && !fields.has("state")) {
      fields.problem("state", "is required");
    }
    String reason = reason(fields);
    double phi = phi(fields);
    Instant since = since(fields);
    return state.flatMap(
        known -> fields.make(() -> new LbServerStatus(name, instance, known, reason, phi, since)));
  }

  private static String reason(Fields fields) {
    return fields.text("reason").orElse("");
  }

  private static double phi(Fields fields) {
    return fields.text("phi", Double::parseDouble).orElse(0.0);
  }

  private static Instant since(Fields fields) {
    return fields.instant("since").orElse(Instant.EPOCH);
  }

  static void write(ObjectNode node, BackendStatus status) {
    node.put("pool", status.pool()).put("name", status.backend());
    status.address().ifPresent(address -> node.put("address", address.toString()));
    node.put("verdict", Codec.text(status.verdict()))
        .put("reason", status.reason())
        .put("phi", status.phi())
        .put("since", status.since().toString());
    if (!status.history().isEmpty()) {
      ArrayNode history = node.putArray("history");
      status.history().forEach(past -> write(history.addObject(), past));
    }
  }

  private static void write(ObjectNode node, PastVerdict past) {
    node.put("verdict", Codec.text(past.verdict()))
        .put("reason", past.reason())
        .put("since", past.since().toString());
  }

  static void write(ObjectNode node, LbServerStatus status) {
    node.put("name", status.name())
        .put("instance", status.instance())
        .put("state", Codec.text(status.state()))
        .put("reason", status.reason())
        .put("phi", status.phi())
        .put("since", status.since().toString());
  }
}
