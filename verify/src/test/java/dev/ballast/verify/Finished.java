package dev.ballast.verify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that ran to its end. */
record Finished(int exitCode, String out, String err) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** {@code ./ballast ARGUMENTS}, run there. */
  static Finished ballast(
      Place place, Path directory, Map<String, String> environment, List<String> arguments) {
    var all = new HashMap<>(Installation.environment(directory));
    all.putAll(environment);
    return run(place, directory, all, Installation.command(arguments));
  }

  /** A tool of the machine: ip, openssl, jcmd. */
  static Finished tool(String... command) {
    return run(Place.HERE, Path.of("").toAbsolutePath(), Map.of(), List.of(command));
  }

  static Finished run(
      Place place, Path directory, Map<String, String> environment, List<String> command) {
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(environment);
    Process process = Place.run(place, builder::start);
    try {
      var err = new ByteArrayOutputStream();
      Thread errReader = Thread.ofVirtual().start(() -> copy(process.getErrorStream(), err));
      var out = new ByteArrayOutputStream();
      Thread outReader = Thread.ofVirtual().start(() -> copy(process.getInputStream(), out));
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end within " + PATIENCE);
      }
      outReader.join();
      errReader.join();
      return new Finished(
          process.exitValue(),
          out.toString(StandardCharsets.UTF_8),
          err.toString(StandardCharsets.UTF_8));
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void copy(InputStream from, ByteArrayOutputStream to) {
    try (from) {
      from.transferTo(to);
    } catch (IOException _) {
      // The process was ended; what it said until then is enough.
    }
  }

  /** Fails with everything the command said, unless it ended with 0. */
  Finished orFail() {
    if (exitCode != 0) {
      throw new AssertionError(this);
    }
    return this;
  }

  String all() {
    return out + err;
  }
}
