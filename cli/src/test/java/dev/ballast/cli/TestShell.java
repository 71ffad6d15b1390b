package dev.ballast.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Runs commands as a person would, and keeps what they print. */
final class TestShell {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();
  private final Path directory;
  private String input = "";

  /** @param directory where it stands; the user's configuration is in {@code .config} below it */
  TestShell(Path directory) {
    this.directory = directory;
    environment.put("XDG_CONFIG_HOME", directory.resolve(".config").toString());
    environment.put("USER", "alice");
  }

  TestShell with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  TestShell withInput(String text) {
    input = text;
    return this;
  }

  Shell shell() {
    return new Shell(
        new Terminal(Terminal.checked(out), stream(err), false, false),
        environment,
        directory,
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        InstantSource.fixed(NOW));
  }

  /** Answers how the command ended. */
  int run(String... arguments) {
    return Commands.run(shell(), arguments);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream stream(ByteArrayOutputStream target) {
    return new PrintStream(target, true, StandardCharsets.UTF_8);
  }
}
