package dev.ballast.cli;

import dev.ballast.model.AdminState;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "disable", description = "Take a backend or an LB server out of use.")
final class DisableCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final OverrideOptions override = new OverrideOptions();

  DisableCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return override.put(shell, AdminState.DISABLED).number();
  }
}
