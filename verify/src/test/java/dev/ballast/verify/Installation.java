package dev.ballast.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The built system that the tests start, by the launcher that people use. */
final class Installation {
  /** The repository's root: where the Maven wrapper is. */
  static final Path ROOT = root();

  private static final String LAUNCHER =
      System.getProperty("ballast.launcher", ROOT.resolve("ballast").toString());

  private Installation() {}

  /** {@code ./ballast ARGUMENTS}. */
  static List<String> command(List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(LAUNCHER);
    command.addAll(arguments);
    return command;
  }

  /** A program of the tests' own, as a small process. */
  static List<String> javaCommand(Class<?> main, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx96m", "-Xshare:auto"));
    command.add("-Dlogback.configurationFile=" + ROOT.resolve(".mvn/logback-test.xml"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
    return command;
  }

  /**
   * @param tag stands in the environment of everything that the process starts
   */
  static Map<String, String> environment(Path tag) {
    return Map.of(
        "BALLAST_BUILD",
        "off",
        "BALLAST_LEAK_DETECTION",
        "simple",
        "JAVA_HOME",
        System.getProperty("java.home"),
        Survivors.TAG,
        tag.toString());
  }

  /** An empty directory below {@code verify/target/it}. */
  static Path emptyDirectory(String name) {
    Path directory = ROOT.resolve("verify/target/it").resolve(name);
    try {
      deleteTree(directory);
      return Files.createDirectories(directory);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
