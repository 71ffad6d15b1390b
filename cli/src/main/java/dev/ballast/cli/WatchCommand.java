package dev.ballast.cli;

import dev.ballast.model.Kind;
import dev.ballast.model.View;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "watch", description = "Print every change as it is committed, until interrupted.")
final class WatchCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      converter = KindWord.Converter.class,
      completionCandidates = KindWord.Candidates.class,
      description = "Only changes of one of ${COMPLETION-CANDIDATES} (default: of everything).")
  @Nullable KindWord kind;

  @Option(
      names = "--view",
      paramLabel = "VIEW",
      defaultValue = "all",
      description =
          "What to see: all, targets, dns, or fleet:NAME for what that fleet's LB servers see.")
  String view = "all";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "One of ${COMPLETION-CANDIDATES}; json is one line for each change.")
  Output output = Output.TEXT;

  @Mixin private final ServerOptions server = new ServerOptions();

  /** How changes are printed. */
  enum Output {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  WatchCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    View wanted;
    try {
      wanted = View.parse(view);
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
    try (ApiClient client = server.connect(shell)) {
      new Watch(client, shell, wanted, this::isOfInterest, output == Output.JSON).run();
    }
    return ExitCode.DONE.number();
  }

  private boolean isOfInterest(Kind changed) {
    return kind == null || kind.kind() == changed;
  }
}
