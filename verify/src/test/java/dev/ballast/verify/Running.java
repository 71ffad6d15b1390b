package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A process that a test started; its output goes to a file. */
final class Running implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** What a test JVM that is ended from outside leaves behind would disturb the next one. */
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Process process;
  private final Path output;

  private Running(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
  }

  /** Starts {@code ./ballast ARGUMENTS} there; its output is {@code DIRECTORY/NAME.log}. */
  static Running ballast(Place place, String name, Path directory, List<String> arguments) {
    return start(place, name, directory, Installation.command(arguments));
  }

  /** Starts a program of the tests' own there. */
  static Running java(
      Place place, String name, Path directory, Class<?> main, List<String> arguments) {
    return start(place, name, directory, Installation.javaCommand(main, arguments));
  }

  /** {@code ./ballast ARGUMENTS} as the leader of a process group of its own, as a shell starts what is typed at a terminal. */
  static Running ballastOfTerminal(
      Place place, String name, Path directory, List<String> arguments) {
    var command = new ArrayList<>(List.of("setsid"));
    command.addAll(Installation.command(arguments));
    return start(place, name, directory, command);
  }

  private static Running start(Place place, String name, Path directory, List<String> command) {
    Path output = directory.resolve(name + ".log");
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(Installation.environment(directory));
    var running = new Running(name, Place.run(place, builder::start), output);
    STARTED.add(running.process);
    return running;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Waits for a line; fails at once when the process ends before. */
  void awaitOutput(String regex, Duration patience) {
    var pattern = Pattern.compile(regex);
    await("\"" + regex + "\" in the output of " + name)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(20))
        .failFast(name + " ended early", () -> assertThat(isAlive()).as(output()).isTrue())
        .until(() -> pattern.matcher(output()).find());
  }

  /**
   * @param name INT, TERM, KILL, STOP, CONT
   */
  void signal(String name) {
    signal(name, process.pid());
  }

  /** Ctrl-C: to every process of the group at once. */
  void interruptGroup() {
    signal("INT", -process.pid());
  }

  /**
   * @param pid of a process, or of a group, negative
   */
  static void signal(String name, long pid) {
    try {
      new ProcessBuilder("kill", "-s", name, "--", Long.toString(pid))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  int awaitExit(Duration patience) {
    try {
      assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
          .as(name + " ends within " + patience + "; its output:\n" + output())
          .isTrue();
      return process.exitValue();
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** As when the machine's power is cut, for this process alone. */
  void kill() {
    process.destroyForcibly();
    awaitExit(PATIENCE);
  }

  /** Asks it to stop, and then makes it. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
