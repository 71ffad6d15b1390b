package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

@Command(
    name = "aot-training",
    hidden = true,
    description =
        "Run through every role and command once, for the start-up cache to be recorded from.")
final class AotTrainingCommand implements Callable<Integer> {
  private final Shell shell;

  AotTrainingCommand(Shell shell) {
    this.shell = shell;
  }

  /** What can't be had on this machine is left out: the cache is then smaller, and nothing else. */
  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory("ballast-training");
    try {
      new AotTraining(shell, directory).run();
    } finally {
      delete(directory);
    }
    return ExitCode.DONE.number();
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
