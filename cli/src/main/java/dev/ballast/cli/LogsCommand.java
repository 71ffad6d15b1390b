package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "logs",
    description = "Print what a process of the system on this machine has logged.")
final class LogsCommand implements Callable<Integer> {
  private static final String SUFFIX = ".log";

  private final Shell shell;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Whose log, for example controller or lb-1 (default: list the names).")
  @Nullable String name;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what is logged from now on, until interrupted.")
  boolean isFollowing;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "100",
      description = "How many of the last lines.")
  int lines;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The system's data directory (default: ./ballast-data, else that of the system started last).")
  @Nullable Path data;

  LogsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path logs = directory();
    if (name == null) {
      names(logs).forEach(shell.terminal().out()::println);
      return ExitCode.DONE.number();
    }
    Path file = logs.resolve(name + SUFFIX);
    if (!names(logs).contains(name)) {
      throw new CommandFailed(
          "there is no log of \""
              + name
              + "\" in "
              + shell.shown(logs)
              + ", but of: "
              + String.join(", ", names(logs)));
    }
    var tail = new LogTail(file, shell.terminal().out());
    tail.printLast(lines);
    if (isFollowing) {
      tail.follow();
    }
    return ExitCode.DONE.number();
  }

  private Path directory() {
    Path given = data;
    Stream<DataDirectory> systems =
        given != null
            ? Stream.of(new DataDirectory(shell.directory().resolve(given)))
            : new ServerSearch(shell).localSystems().stream();
    List<Path> candidates = systems.map(DataDirectory::logs).toList();
    return candidates.stream()
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailed(
                    ExitCode.NOT_RUNNING,
                    "no logs found (looked at "
                        + String.join(", ", candidates.stream().map(shell::shown).toList())
                        + "). Start a system with: "
                        + shell.calledAs()
                        + " up"));
  }

  private static List<String> names(Path logs) throws IOException {
    try (Stream<Path> files = Files.list(logs)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .sorted()
          .toList();
    }
  }
}
