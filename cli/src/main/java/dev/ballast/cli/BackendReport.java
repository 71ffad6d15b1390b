package dev.ballast.cli;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code status backends} prints.
 *
 * @param unreachable LB servers that did not say what they see
 */
record BackendReport(List<BackendHealth> backends, List<String> unreachable, Instant now) {
  private static final String NONE = "-";

  Table table() {
    var table = Table.of("BACKEND", "ADDRESS", "STATE", "VERDICT", "FOR", "PHI", "WHY");
    for (BackendHealth one : backends) {
      table.row(
          one.backend().name(),
          one.backend().address(),
          Codec.text(one.state()) + (one.override().isPresent() ? " (override)" : ""),
          new Table.Cell(Codec.text(one.verdict()), one.condition().colour()),
          one.status().map(this::age).map(Times::shown).orElse(NONE),
          one.status().map(BackendReport::phi).orElse(NONE),
          new BackendExplanation(one).sentence());
    }
    return table;
  }

  private Duration age(BackendStatus status) {
    Duration age = Duration.between(status.since(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  private static String phi(BackendStatus status) {
    return String.format(Locale.ROOT, "%.1f", status.phi());
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode all = json.putArray("backends");
    backends.forEach(one -> put(all.addObject(), one));
    ArrayNode silent = json.putArray("unreachable");
    unreachable.forEach(silent::add);
    return json;
  }

  private void put(ObjectNode json, BackendHealth one) {
    json.put("pool", one.backend().pool())
        .put("name", one.backend().id())
        .put("address", one.backend().address().toString())
        .put("condition", one.condition().word())
        .put("state", Codec.text(one.state()))
        .put("specified", Codec.text(one.backend().adminState()));
    one.override().ifPresent(override -> put(json.putObject("override"), override));
    json.put("verdict", Codec.text(one.verdict()));
    one.status()
        .ifPresent(
            status ->
                json.put("since", status.since().toString())
                    .put("seconds", age(status).toSeconds())
                    .put("phi", status.phi())
                    .put("reason", status.reason()));
    json.put("explanation", new BackendExplanation(one).sentence());
    ArrayNode servers = json.putArray("servers");
    for (BackendSight sight : one.sights()) {
      servers
          .addObject()
          .put("name", sight.server())
          .put("eligible", sight.isEligible())
          .put("standing", sight.standing())
          .put("reason", sight.reason());
    }
  }

  private static void put(ObjectNode json, AdminOverride override) {
    json.put("state", Codec.text(override.state()))
        .put("who", override.who())
        .put("why", override.why())
        .put("when", override.when().toString());
    override.until().ifPresent(until -> json.put("until", until.toString()));
  }
}
