package dev.ballast.cli;

import dev.ballast.model.Codec;
import dev.ballast.model.Verdict;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The system's state on one screen; what needs attention comes last, where the eye is. */
record StatusReport(
    Terminal terminal, URI server, JsonNode status, JsonNode rollout, Orchestrators orchestrators) {

  void print() {
    terminal.print(head());
    if (!rollout.path("servers").isEmpty()) {
      terminal.out().println();
      terminal.print(servers());
    }
    List<String> attention = attention();
    if (!attention.isEmpty()) {
      terminal.out().println();
      attention.forEach(line -> terminal.out().println(terminal.paint(Colour.YELLOW, "! ") + line));
    }
  }

  private Table head() {
    var table = Table.withoutHeadings(2, "");
    table.row("controller", server + ", version " + status.path("version").asString());
    table.row(
        "revision",
        Rollout.number(status.path("revision").asString())
            + ", epoch "
            + status.path("epoch").asString());
    table.row("change feed", feed());
    table.row("database", database());
    table.row("orchestrators", orchestrators.summary());
    table.row("verdicts", verdicts());
    table.row("LB servers", Rollout.of(rollout).summary());
    return table;
  }

  private Table.Cell feed() {
    JsonNode feed = status.path("feed");
    String mode = feed.path("mode").asString();
    String reason = feed.path("reason").asString("");
    return new Table.Cell(
        mode.toLowerCase(Locale.ROOT)
            + " since "
            + Times.shown(feed.path("since").asString())
            + (reason.isEmpty() ? "" : ": " + reason),
        switch (mode) {
          case "WAL", "wal" -> Colour.GREEN;
          case "POLL", "poll" -> Colour.YELLOW;
          default -> Colour.RED;
        });
  }

  private Table.Cell database() {
    long failed = findings().filter(finding -> !finding.path("ok").asBoolean()).count();
    return failed == 0
        ? new Table.Cell("every check passed", Colour.GREEN)
        : new Table.Cell(failed + " checks failed", Colour.RED);
  }

  /** {@code 5 healthy, 1 unhealthy}; what there is none of is left out. */
  private Table.Cell verdicts() {
    var counts = new ArrayList<String>();
    for (Verdict verdict : List.of(Verdict.HEALTHY, Verdict.UNHEALTHY, Verdict.UNKNOWN)) {
      int count = verdicts(verdict);
      if (count > 0) {
        counts.add(count + " " + Codec.text(verdict));
      }
    }
    return counts.isEmpty()
        ? new Table.Cell("-", Colour.PLAIN)
        : new Table.Cell(
            String.join(", ", counts),
            verdicts(Verdict.UNHEALTHY) > 0
                ? Colour.RED
                : verdicts(Verdict.HEALTHY) > 0 ? Colour.GREEN : Colour.PLAIN);
  }

  private int verdicts(Verdict verdict) {
    return status.path("verdicts").path(Codec.text(verdict)).asInt(0);
  }

  private Stream<JsonNode> findings() {
    return status.path("database").path("findings").valueStream();
  }

  private Table servers() {
    var table =
        Table.of(
            "LB SERVER",
            "FLEET",
            "STATE",
            "OBSERVED",
            "REVISION",
            "READY",
            "LISTENERS",
            "SYNC",
            "REQUESTS");
    for (JsonNode one : rollout.path("servers")) {
      JsonNode report = one.path("report");
      String state = one.path("state").asString();
      table.row(
          one.path("name").asString(),
          one.path("fleet").asString("-"),
          new Table.Cell(state, state.equals("in-use") ? Colour.GREEN : Colour.RED),
          observed(one.path("status")),
          Rollout.number(one.path("revision").asString("-")),
          report.path("ready").asBoolean(false) ? "yes" : "no",
          listeners(report),
          sync(report),
          report
              .path("pools")
              .valueStream()
              .flatMap(pool -> pool.path("backends").valueStream())
              .mapToLong(backend -> backend.path("requests").asLong(0))
              .sum());
    }
    return table;
  }

  /** What the orchestrator says of it. */
  private static Table.Cell observed(JsonNode observed) {
    String state = observed.path("state").asString("-");
    return new Table.Cell(
        state,
        switch (state) {
          case "-" -> Colour.PLAIN;
          case "ready" -> Colour.GREEN;
          case "stale" -> Colour.YELLOW;
          default -> Colour.RED;
        });
  }

  private static String listeners(JsonNode report) {
    var states =
        report
            .path("listeners")
            .valueStream()
            .collect(
                Collectors.groupingBy(
                    listener -> listener.path("state").asString(), Collectors.counting()));
    String text =
        states.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .sorted()
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "-" : text;
  }

  private static String sync(JsonNode report) {
    JsonNode sync = report.path("sync");
    if (sync.isMissingNode()) {
      return "-";
    }
    String source = sync.path("source").asString("-");
    return sync.path("connected").asBoolean(false) ? source : source + ", disconnected";
  }

  private List<String> attention() {
    var lines = new ArrayList<String>(Rollout.of(rollout).shortfalls());
    findings()
        .filter(finding -> !finding.path("ok").asBoolean())
        .map(
            finding ->
                "database: "
                    + finding.path("message").asString()
                    + ". "
                    + finding.path("remedy").asString(""))
        .forEach(lines::add);
    lines.addAll(orchestrators.shortfalls());
    for (JsonNode one : rollout.path("servers")) {
      lines.addAll(troubles(one));
      lines.addAll(panics(one));
      lines.addAll(spares(one));
      lines.addAll(unusable(one));
      lines.addAll(unconnected(one));
    }
    status.path("warnings").forEach(warning -> lines.add(warning.asString()));
    return lines;
  }

  /** Why an orchestrator thinks that it can't serve, or not what it should. */
  private static List<String> troubles(JsonNode server) {
    JsonNode observed = server.path("status");
    String state = observed.path("state").asString("ready");
    return state.equals("ready")
        ? List.of()
        : List.of(
            "%s has been %s since %s: %s"
                .formatted(
                    server.path("name").asString(),
                    state,
                    Times.shown(observed.path("since").asString()),
                    observed.path("reason").asString("")));
  }

  private static List<String> panics(JsonNode server) {
    return server
        .path("report")
        .path("pools")
        .valueStream()
        .filter(pool -> pool.path("panic").asBoolean(false))
        .map(
            pool ->
                server.path("name").asString()
                    + ": pool "
                    + pool.path("name").asString()
                    + " is in panic: too few of its backends are eligible, so all are used")
        .toList();
  }

  /** Pools that use spares, or more than the LB server's own zone. */
  private static List<String> spares(JsonNode server) {
    var lines = new ArrayList<String>();
    for (JsonNode pool : server.path("report").path("pools")) {
      String name = server.path("name").asString() + ": pool " + pool.path("name").asString();
      int priority = pool.path("priority").asInt(0);
      if (priority > 0) {
        lines.add(name + " uses its backends of priority " + priority);
      }
      int percent = pool.path("ownZonePercent").asInt(100);
      if (percent < 100) {
        lines.add(name + " keeps " + percent + " % in its zone, the rest spills over to others");
      }
    }
    return lines;
  }

  /** Pools whose backends nobody can connect to, because TLS with them lacks a certificate. */
  private static List<String> unusable(JsonNode server) {
    return server
        .path("report")
        .path("pools")
        .valueStream()
        .filter(pool -> pool.path("reason").isString())
        .map(
            pool ->
                server.path("name").asString()
                    + ": pool "
                    + pool.path("name").asString()
                    + " can't be connected to: "
                    + pool.path("reason").asString()
                    + "; "
                    + pool.path("remedy").asString(""))
        .toList();
  }

  private static List<String> unconnected(JsonNode server) {
    JsonNode sync = server.path("report").path("sync");
    return sync.isMissingNode() || sync.path("connected").asBoolean(false)
        ? List.of()
        : List.of(
            server.path("name").asString()
                + " is not connected to a controller: "
                + sync.path("detail").asString(""));
  }
}
