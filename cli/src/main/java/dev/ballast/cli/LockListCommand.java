package dev.ballast.cli;

import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Holding;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LocksJson;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
    name = "list",
    description =
        "Show who holds locks and who waits for them, each lock in the order of its queue.")
final class LockListCommand implements Callable<Integer> {
  private final Shell shell;
  private final EngineOptions parent;

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      showDefaultValue = Visibility.NEVER,
      description = "Only locks whose names begin so.")
  String prefix = "";

  @Mixin private final EngineOptions engines = new EngineOptions();
  @Mixin private final FormatOption output = new FormatOption();

  LockListCommand(Shell shell, EngineOptions parent) {
    this.shell = shell;
    this.parent = parent;
  }

  @Override
  public Integer call() {
    try (LockEngine engine = engines.or(parent).connect(shell)) {
      print(engine.list(prefix));
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    } catch (EngineUnavailable failure) {
      throw new CommandFailed(Failures.text(failure));
    }
    return ExitCode.DONE.number();
  }

  private void print(List<Holding> holdings) {
    Terminal terminal = shell.terminal();
    List<JsonNode> documents = holdings.stream().map(one -> (JsonNode) LocksJson.of(one)).toList();
    switch (output.format) {
      case TABLE -> terminal.print(table(holdings));
      case JSON -> terminal.out().print(Json.pretty(documents));
      case YAML -> terminal.out().print(Yaml.ofAll(documents));
    }
  }

  static Table table(List<Holding> holdings) {
    var table = Table.of("NAME", "STATE", "MODE", "TOKEN", "OWNER", "EXPIRES IN", "LEASE");
    for (Holding one : holdings) {
      table.row(
          one.name(),
          new Table.Cell(
              one.isHeld() ? "held" : "waiting", one.isHeld() ? Colour.GREEN : Colour.YELLOW),
          one.mode().text(),
          one.token(),
          one.owner(),
          seconds(one.remaining()),
          one.lease());
    }
    return table;
  }

  /** Rounded up, so that what is left is never shown as nothing. */
  private static String seconds(Duration remaining) {
    long tenths = (remaining.toMillis() + 99) / 100;
    return tenths / 10 + "." + tenths % 10 + "s";
  }
}
