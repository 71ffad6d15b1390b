package dev.ballast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "status",
    description =
        "Show how the system is: controller, change feed, database, orchestrators, verdicts, LB servers, and what needs attention.")
final class StatusCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final FormatOption output = new FormatOption();

  StatusCommand(Shell shell) {
    this.shell = shell;
  }

  static CommandLine withSubcommands(Shell shell) {
    var status = new StatusCommand(shell);
    return new CommandLine(status)
        .addSubcommand(new StatusBackendsCommand(shell, status.server, status.output));
  }

  @Override
  public Integer call() {
    try (ApiClient client = server.connect(shell)) {
      JsonNode status = client.read("/v1/status");
      JsonNode rollout = Rollout.read(client, status.path("revision").asString());
      JsonNode orchestrators = Orchestrators.read(client);
      Terminal terminal = shell.terminal();
      switch (output.format) {
        case TABLE ->
            new StatusReport(
                    terminal, client.server(), status, rollout, new Orchestrators(orchestrators))
                .print();
        case JSON -> terminal.out().print(Json.pretty(together(status, rollout, orchestrators)));
        case YAML -> terminal.out().print(Yaml.of(together(status, rollout, orchestrators)));
      }
      return Rollout.of(rollout).exitCode().number();
    }
  }

  private static ObjectNode together(JsonNode status, JsonNode rollout, JsonNode orchestrators) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.set("controller", status);
    all.set("orchestrators", orchestrators);
    all.set("servers", rollout.path("servers"));
    return all;
  }
}
