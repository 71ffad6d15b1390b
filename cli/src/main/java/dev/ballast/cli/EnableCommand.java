package dev.ballast.cli;

import dev.ballast.model.AdminState;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "enable",
    description = "End what drain or disable did: the specification alone counts again.")
final class EnableCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final OverrideOptions override = new OverrideOptions();

  EnableCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return override.put(shell, AdminState.ENABLED).number();
  }
}
