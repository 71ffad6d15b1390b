package dev.ballast.controller;

import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.FeedStatus;
import dev.ballast.configdb.Finding;
import dev.ballast.model.Snapshot;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether the controller lives, is ready, and how it is. */
final class Health {
  private static final String TEXT = "text/plain; charset=utf-8";

  private final ControllerSettings settings;
  private final Catalog catalog;
  private final ConfigWriter writer;
  private final ControllerMetrics metrics;
  private final FleetKeyKeeper fleetKeys;
  private final LockApi locks;

  Health(
      ControllerSettings settings,
      Catalog catalog,
      ConfigWriter writer,
      ControllerMetrics metrics,
      FleetKeyKeeper fleetKeys,
      LockApi locks) {
    this.settings = settings;
    this.catalog = catalog;
    this.writer = writer;
    this.metrics = metrics;
    this.fleetKeys = fleetKeys;
    this.locks = locks;
  }

  List<Router.Route> routes() {
    return List.of(
        Router.Route.open("/healthz", _ -> text(200, "ok\n")),
        Router.Route.open("/readyz", _ -> ready()),
        Router.Route.open(
            "/metrics",
            _ -> Answer.text(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text())),
        Router.Route.of("GET", "/v1/status", _ -> status()));
  }

  private Reply ready() {
    return catalog.whole().isPresent()
        ? text(200, "ok\n")
        : text(503, "the configuration has not been read yet\n");
  }

  private Reply status() {
    FeedStatus feed = catalog.feed();
    Optional<Snapshot> whole = catalog.whole();
    ObjectNode json = Json.object();
    json.put("revision", whole.map(one -> one.revision().toString()).orElse(null));
    json.put("epoch", whole.map(one -> one.revision().epoch()).orElse(null));
    json.putObject("feed")
        .put("mode", feed.mode().name().toLowerCase(Locale.ROOT))
        .put("reason", feed.reason())
        .put("since", feed.since().toString());
    putFindings(json.putObject("database"));
    whole.ifPresent(one -> Observed.putVerdicts(json, one));
    json.put("watchers", catalog.watchers());
    ArrayNode warnings = json.putArray("warnings");
    settings.warnings().forEach(warnings::add);
    fleetKeys.warnings().forEach(warnings::add);
    locks.putStatus(json.putObject("locks"), warnings);
    json.put("version", settings.version());
    return Answer.json(json);
  }

  private void putFindings(ObjectNode database) {
    ArrayNode findings = database.putArray("findings");
    try {
      writer.findings().forEach(finding -> put(findings.addObject(), finding));
    } catch (DatabaseUnavailable unavailable) {
      String message = String.valueOf(unavailable.getMessage());
      put(findings.addObject(), new Finding("connection", false, message, ""));
    }
  }

  private static void put(ObjectNode json, Finding finding) {
    json.put("name", finding.name())
        .put("ok", finding.isOk())
        .put("message", finding.message())
        .put("remedy", finding.remedy());
  }

  private static Answer text(int status, String text) {
    return Answer.text(status, TEXT, text);
  }
}
