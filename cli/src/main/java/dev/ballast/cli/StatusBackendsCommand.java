package dev.ballast.cli;

import dev.ballast.model.Pool;
import dev.ballast.model.View;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
    name = "backends",
    description =
        "Show how each backend is and why, the worst first: what people want of it, what was observed of it, and what LB servers make of that.")
final class StatusBackendsCommand implements Callable<Integer> {
  private final Shell shell;
  private final ServerOptions parentServer;
  private final FormatOption parentOutput;

  @Option(
      names = "--pool",
      paramLabel = "POOL",
      description = "Only the backends of this pool (default: of all).")
  @Nullable String pool;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final FormatOption output = new FormatOption();

  StatusBackendsCommand(Shell shell, ServerOptions parentServer, FormatOption parentOutput) {
    this.shell = shell;
    this.parentServer = parentServer;
    this.parentOutput = parentOutput;
  }

  @Override
  public Integer call() {
    try (ApiClient client = (server.isEmpty() ? parentServer : server).connect(shell)) {
      print(report(client));
    }
    return ExitCode.DONE.number();
  }

  private BackendReport report(ApiClient client) {
    Instant now = shell.clock().instant();
    var configuration = Configuration.list(client, new View.Targets(), now);
    String wanted = pool;
    if (wanted != null
        && configuration.snapshot().pools().map(Pool::name).noneMatch(wanted::equals)) {
      throw new CommandFailed("there is no Pool " + wanted);
    }
    JsonNode rollout = client.read("/v1/rollout");
    List<String> unreachable =
        Rollout.of(rollout).servers().stream()
            .filter(one -> one.state().equals("unreachable"))
            .map(Rollout.Server::name)
            .toList();
    return new BackendReport(
        BackendHealth.all(configuration, BackendSight.all(rollout), Optional.ofNullable(wanted)),
        unreachable,
        now);
  }

  private void print(BackendReport report) {
    Terminal terminal = shell.terminal();
    switch (output.format == Format.TABLE ? parentOutput.format : output.format) {
      case TABLE -> {
        terminal.print(report.table());
        report
            .unreachable()
            .forEach(
                name ->
                    terminal
                        .out()
                        .println(
                            terminal.paint(Colour.YELLOW, "! ")
                                + name
                                + " can't be reached on its admin port: what it sees is not counted"));
      }
      case JSON -> terminal.out().print(Json.pretty(report.json()));
      case YAML -> terminal.out().print(Yaml.of(report.json()));
    }
  }
}
