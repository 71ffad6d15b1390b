package dev.ballast.cli;

import dev.ballast.simulator.Recommendation;
import dev.ballast.simulator.Recording;
import dev.ballast.simulator.Result;
import dev.ballast.simulator.Workload;
import dev.ballast.simulator.WorkloadDraft;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code ballast simulate} has to say: the workload, a row for each algorithm, and which to choose. */
record SimulationReport(
    WorkloadDraft draft,
    Workload workload,
    Optional<Recording> recording,
    List<Result> results,
    Recommendation recommendation) {

  void print(Terminal terminal) {
    recording.ifPresent(one -> terminal.out().println(read(one)));
    terminal.out().println(described());
    terminal.out().println();
    terminal.print(table());
    terminal.out().println();
    terminal
        .out()
        .println(
            terminal.paint(Colour.BOLD, "recommended: " + recommendation.name())
                + ": "
                + recommendation.reason());
  }

  private static String read(Recording recording) {
    Recording.Report report = recording.report();
    var text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "access log (%s): %d of %d lines used",
                report.format(),
                recording.size(),
                report.lines()));
    if (report.withoutBackend() > 0) {
      text.append(
          String.format(
              Locale.ROOT, ", %d of no backend or another pool", report.withoutBackend()));
    }
    if (report.bad() > 0) {
      text.append(
          String.format(Locale.ROOT, ", %d unreadable (%s)", report.bad(), report.firstBad()));
    }
    if (report.isWholeSecond()) {
      text.append("; its times are whole seconds, over which requests are spread by chance");
    }
    return text.toString();
  }

  private String described() {
    double mean = workload.service().meanNanos() / 1e6;
    return String.format(
        Locale.ROOT,
        "%d requests to each algorithm, %s at %.1f/s, %s service of %s; %s; %s; %.0f %% busy; seed %d",
        draft.requests(),
        workload.arrivals().type(),
        workload.arrivals().perSecond(),
        workload.service().type(),
        millis(mean),
        count(workload.backends(), "backend"),
        count(workload.lbServers().count(), "LB server"),
        100 * workload.utilisation(),
        draft.seed());
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private boolean hasZones() {
    return !workload.lbServers().zones().isEmpty();
  }

  private Table table() {
    var headings =
        new java.util.ArrayList<>(
            List.of(
                "ALGORITHM",
                "P50",
                "P90",
                "P99",
                "P99.9",
                "MEAN",
                "ERRORS",
                "IMBALANCE",
                "QUEUE",
                "KEYS MOVED"));
    if (hasZones()) {
      headings.add("OTHER ZONE");
    }
    var table = Table.of(headings.toArray(String[]::new));
    for (Result result : results) {
      boolean isChosen = result.algorithm().equals(recommendation.algorithm());
      var row = new java.util.ArrayList<Object>();
      row.add(new Table.Cell(result.name(), isChosen ? Colour.GREEN : Colour.PLAIN));
      Result.Times times = result.times();
      row.add(millis(times.p50()));
      row.add(millis(times.p90()));
      row.add(millis(times.p99()));
      row.add(millis(times.p999()));
      row.add(millis(times.mean()));
      row.add(percent(result.errors()));
      row.add(
          String.format(
              Locale.ROOT, "%.2f (%.2f)", result.imbalance().mean(), result.imbalance().most()));
      row.add(
          String.format(Locale.ROOT, "%.2f (%d)", result.queues().mean(), result.queues().most()));
      row.add(result.keysMoved().isPresent() ? percent(result.keysMoved().getAsDouble()) : "-");
      if (hasZones()) {
        row.add(percent(result.otherZone()));
      }
      table.row(row.toArray());
    }
    return table;
  }

  ObjectNode json() {
    var nodes = JsonNodeFactory.instance;
    ObjectNode json = nodes.objectNode();
    json.put("seed", draft.seed()).put("requests", draft.requests());
    json.put("requestsPerSecond", rounded(workload.arrivals().perSecond()));
    json.put("utilisation", rounded(workload.utilisation()));
    recording.ifPresent(
        one ->
            json.putObject("accessLog")
                .put("format", one.report().format())
                .put("lines", one.report().lines())
                .put("used", one.size())
                .put("bad", one.report().bad())
                .put("otherPoolOrNoBackend", one.report().withoutBackend()));
    var rows = json.putArray("results");
    for (Result result : results) {
      ObjectNode row = rows.addObject().put("algorithm", result.name());
      row.putObject("millis")
          .put("mean", rounded(result.times().mean()))
          .put("p50", rounded(result.times().p50()))
          .put("p90", rounded(result.times().p90()))
          .put("p99", rounded(result.times().p99()))
          .put("p99.9", rounded(result.times().p999()))
          .put("most", rounded(result.times().most()));
      row.put("errors", rounded(result.errors()));
      row.putObject("imbalance")
          .put("mean", rounded(result.imbalance().mean()))
          .put("most", rounded(result.imbalance().most()));
      row.putObject("queue")
          .put("mean", rounded(result.queues().mean()))
          .put("most", result.queues().most());
      result.keysMoved().ifPresent(moved -> row.put("keysMoved", rounded(moved)));
      row.put("otherZone", rounded(result.otherZone()));
    }
    json.putObject("recommendation")
        .put("algorithm", recommendation.name())
        .put("reason", recommendation.reason());
    return json;
  }

  /** JSON has no word for what is no number. */
  private static double rounded(double value) {
    return Double.isFinite(value) ? Math.round(value * 1e6) / 1e6 : 0;
  }

  /** Three digits. */
  private static String millis(double millis) {
    return String.format(
        Locale.ROOT, millis < 9.995 ? "%.2fms" : millis < 99.95 ? "%.1fms" : "%.0fms", millis);
  }

  private static String percent(double share) {
    return share == 0
        ? "0%"
        : String.format(Locale.ROOT, share < 0.0995 ? "%.2f%%" : "%.1f%%", 100 * share);
  }
}
