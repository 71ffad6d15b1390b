package dev.ballast.cli;

import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(name = "history", description = "Show who changed what, newest first.")
final class HistoryCommand implements Callable<Integer> {
  private static final int EDITS_SHOWN = 3;

  private final Shell shell;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "How many changes.")
  int limit;

  @Option(
      names = "--before",
      paramLabel = "REVISION",
      description = "Only changes before this revision's number (default: from the newest).")
  long before;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final FormatOption output = new FormatOption();

  HistoryCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = server.connect(shell)) {
      JsonNode answer =
          client.read("/v1/history?limit=" + limit + (before > 0 ? "&before=" + before : ""));
      Terminal terminal = shell.terminal();
      switch (output.format) {
        case TABLE -> terminal.print(table(answer.path("items")));
        case JSON -> terminal.out().print(Json.pretty(answer.path("items")));
        case YAML -> terminal.out().print(Yaml.of(answer.path("items")));
      }
    }
    return ExitCode.DONE.number();
  }

  private static Table table(JsonNode items) {
    var table = Table.of("REVISION", "AT", "WHO", "WHAT");
    for (JsonNode item : items) {
      table.row(
          item.path("revision").asLong(),
          Times.shown(item.path("at").asString()),
          item.path("who").asString(),
          summary(item.path("summary")));
    }
    return table;
  }

  /** The first edits in short, and how many more there are. */
  private static String summary(JsonNode summary) {
    JsonNode edits = summary.path("edits");
    String shown =
        edits
            .valueStream()
            .limit(EDITS_SHOWN)
            .map(Edits::inShort)
            .collect(Collectors.joining(", "));
    long all =
        Stream.of("created", "changed", "deleted")
            .mapToLong(key -> summary.path(key).asLong(0))
            .sum();
    long more = all - Math.min(EDITS_SHOWN, edits.size());
    return more == 0 ? shown : shown + (shown.isEmpty() ? "" : ", and ") + more + " more";
  }
}
