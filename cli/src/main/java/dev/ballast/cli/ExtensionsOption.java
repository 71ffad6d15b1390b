package dev.ballast.cli;

import dev.ballast.balancing.Extensions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Where algorithms of users' own are: jars of a directory. */
final class ExtensionsOption {
  private static final Logger log = LoggerFactory.getLogger(ExtensionsOption.class);

  @Option(
      names = "--extensions",
      paramLabel = "DIR",
      description =
          "A directory of jars with algorithms of your own, of type custom, as docs/own-algorithm.md says (default: none).")
  @Nullable Path directory;

  /** Where they are, if anywhere. */
  Optional<Path> directory(Shell shell) {
    return Optional.ofNullable(directory).map(shell.directory()::resolve);
  }

  /** Loads them; they stay loaded as long as the process runs. */
  Extensions load(Shell shell) {
    return directory == null ? Extensions.NONE : find(shell.directory().resolve(directory));
  }

  /**
   * Those of all jars of a directory.
   *
   * @throws CommandFailed if there is no such directory, or one of them can't be loaded
   */
  static Extensions find(Path directory) {
    try (var files = Files.list(directory)) {
      URL[] jars =
          files
              .filter(file -> file.toString().endsWith(".jar"))
              .sorted()
              .map(ExtensionsOption::url)
              .toArray(URL[]::new);
      Extensions found =
          Extensions.find(new URLClassLoader(jars, ExtensionsOption.class.getClassLoader()));
      log.info("{} jars in {}; algorithms: {}", jars.length, directory, found.names());
      return found;
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.USAGE, "--extensions " + directory + " can't be read: " + Failures.text(e));
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(
          ExitCode.USAGE, "--extensions " + directory + ": " + Failures.text(e));
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }
}
