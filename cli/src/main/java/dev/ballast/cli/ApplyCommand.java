package dev.ballast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
    name = "apply",
    description = "Create or change what documents in YAML or JSON describe: all of it or nothing.")
final class ApplyCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|-|DIR",
      description =
          "A file, standard input, or every .yaml, .yml and .json file below a directory.")
  String what = "";

  @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
  boolean isDryRun;

  @Option(
      names = "--prune",
      description =
          "Delete the load balancers, pools, fleets and certificates that the documents don't name.")
  boolean isPrune;

  @Option(
      names = "--allow-mass-removal",
      description =
          "Apply even if a pool is emptied, or a load balancer loses more than half of its backends or listeners.")
  boolean isMassRemovalAllowed;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final WaitOptions waiting = new WaitOptions();

  ApplyCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var request =
        new ApplyRequest(DocumentInput.read(shell, what), isDryRun, isPrune, isMassRemovalAllowed);
    Terminal terminal = shell.terminal();
    try (ApiClient client = server.connect(shell)) {
      JsonNode answer = request.send(client);
      Edits.print(terminal, answer.path("edits"));
      ApplyRequest.printWarnings(terminal.err(), answer);
      if (answer.path("edits").isEmpty()) {
        terminal.out().println("unchanged");
      }
      if (isDryRun) {
        terminal.out().println("dry run: nothing was applied");
        return ExitCode.DONE.number();
      }
      return waiting.finish(client, terminal, answer.path("revision").asString()).number();
    }
  }
}
