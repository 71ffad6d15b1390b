package dev.ballast.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

@Command(
    name = "completion",
    description = {
      "Print a script that completes commands and options in bash and zsh.",
      "",
      "  bash:  source <(ballast completion)",
      "  zsh:   autoload -U +X bashcompinit && bashcompinit && source <(ballast completion)"
    })
final class CompletionCommand implements Callable<Integer> {
  private final Shell shell;

  CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    shell.terminal().out().print(AutoComplete.bash("ballast", Commands.all(shell)));
    return ExitCode.DONE.number();
  }
}
