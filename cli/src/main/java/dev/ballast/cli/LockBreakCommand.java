package dev.ballast.cli;

import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Holding;
import dev.ballast.locks.HttpEngine;
import dev.ballast.locks.LockEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "break",
    description = {
      "End the leases that hold a lock, with all else that they hold. A controller's log keeps who did it; nothing does where locks are"
          + " kept without a controller (--engine).",
      "A holder that goes on all the same can be stopped by its fencing token alone."
    })
final class LockBreakCommand implements Callable<Integer> {
  private final Shell shell;
  private final EngineOptions parent;

  @Parameters(
      paramLabel = "NAME",
      showDefaultValue = Visibility.NEVER,
      description = "The lock's name.")
  String name = "";

  @Option(names = "--yes", description = "Don't ask.")
  boolean isSure;

  @Mixin private final EngineOptions engines = new EngineOptions();

  LockBreakCommand(Shell shell, EngineOptions parent) {
    this.shell = shell;
    this.parent = parent;
  }

  @Override
  public Integer call() throws IOException {
    check();
    try (LockEngine engine = engines.or(parent).connect(shell)) {
      List<Holding> holders = holders(engine);
      if (holders.isEmpty()) {
        throw new CommandFailed("nobody holds '" + name + "'");
      }
      warn(engine);
      if (!isSure && !isConfirmed(holders)) {
        throw new CommandFailed("nothing was broken");
      }
      return print(engine.breakLock(name));
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    } catch (EngineUnavailable failure) {
      throw new CommandFailed(Failures.text(failure));
    }
  }

  private void check() {
    try {
      String _ = Claim.checkName(name);
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    }
  }

  private List<Holding> holders(LockEngine engine) {
    return engine.list(name).stream()
        .filter(one -> one.name().equals(name) && one.isHeld())
        .toList();
  }

  private void warn(LockEngine engine) {
    if (!(engine instanceof HttpEngine)) {
      shell
          .terminal()
          .err()
          .println(
              shell.terminal().paint(Colour.YELLOW, "ballast: ")
                  + "no controller takes part: nothing will record who broke this lock");
    }
  }

  private boolean isConfirmed(List<Holding> holders) throws IOException {
    Terminal terminal = shell.terminal();
    terminal.err().print(LockListCommand.table(holders).render(terminal.isColoured()));
    terminal.err().print("Break it? [y/N] ");
    terminal.err().flush();
    var input = new BufferedReader(new InputStreamReader(shell.input(), StandardCharsets.UTF_8));
    String answer = input.readLine();
    return answer != null && List.of("y", "yes").contains(answer.strip());
  }

  private int print(List<Holding> broken) {
    Terminal terminal = shell.terminal();
    for (Holding one : broken) {
      terminal
          .out()
          .printf(
              "broke '%s': ended lease %s of %s (token %d)%n",
              one.name(), one.lease(), one.owner(), one.token());
    }
    if (broken.isEmpty()) {
      terminal.out().printf("nobody holds '%s' any more%n", name);
    }
    return ExitCode.DONE.number();
  }
}
