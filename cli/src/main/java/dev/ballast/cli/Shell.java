package dev.ballast.cli;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What surrounds a command.
 *
 * @param directory where relative paths start
 */
record Shell(
    Terminal terminal,
    Map<String, String> environment,
    Path directory,
    InputStream input,
    InstantSource clock) {

  static Shell ofProcess() {
    return new Shell(
        Terminal.ofProcess(System.getenv()),
        System.getenv(),
        Path.of("").toAbsolutePath(),
        System.in,
        InstantSource.system());
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** Who the history is to name. */
  String user() {
    return variable("USER").orElseGet(() -> System.getProperty("user.name", ""));
  }

  /**
   * How the person called this program: what to print in commands that are to be copied. The launcher says it in
   * {@code BALLAST_COMMAND}.
   */
  String calledAs() {
    return variable("BALLAST_COMMAND").orElse("ballast");
  }

  /** The path as the person would write it from here. */
  String shown(Path path) {
    Path absolute = directory.resolve(path).normalize();
    return absolute.startsWith(directory) && !absolute.equals(directory)
        ? "./" + directory.relativize(absolute)
        : absolute.toString();
  }
}
