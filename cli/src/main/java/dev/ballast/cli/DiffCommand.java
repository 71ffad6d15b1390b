package dev.ballast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(name = "diff", description = "Show what apply would change, and change nothing.")
final class DiffCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|-|DIR",
      description =
          "A file, standard input, or every .yaml, .yml and .json file below a directory.")
  String what = "";

  @Option(
      names = "--prune",
      description =
          "As if load balancers, pools and fleets not named in the documents were deleted.")
  boolean isPrune;

  @Option(names = "--exit-code", description = "End with 1 when there is a difference.")
  boolean isExitCode;

  @Mixin private final ServerOptions server = new ServerOptions();

  DiffCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var request = new ApplyRequest(DocumentInput.read(shell, what), true, isPrune, true);
    Terminal terminal = shell.terminal();
    try (ApiClient client = server.connect(shell)) {
      JsonNode answer = request.send(client);
      Edits.print(terminal, answer.path("edits"));
      ApplyRequest.printWarnings(terminal.err(), answer);
      boolean isDifferent = !answer.path("edits").isEmpty();
      if (!isDifferent) {
        terminal.out().println("no difference");
      }
      return (isDifferent && isExitCode ? ExitCode.FAILED : ExitCode.DONE).number();
    }
  }
}
