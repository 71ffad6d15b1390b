package dev.ballast.cli;

import dev.ballast.model.AdminState;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "drain",
    description = "Give a backend or an LB server no new work; what it has goes on.")
final class DrainCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final OverrideOptions override = new OverrideOptions();

  DrainCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return override.put(shell, AdminState.DRAINING).number();
  }
}
