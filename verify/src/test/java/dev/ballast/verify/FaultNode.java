package dev.ballast.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One server process of an engine, with what it starts itself, and a clock of its own: libfaketime adds to the time of day whatever stands
 * in the file {@code clock}, asked at each look, and leaves the monotonic clock alone. Thread-safe.
 */
final class FaultNode implements AutoCloseable {
  private static final long END_SECONDS = 20;

  private final Program program;
  private final Place place;
  private final InetSocketAddress address;
  private @Nullable Process process;
  private Duration offset = Duration.ZERO;

  /**
   * What to run.
   *
   * @param preload libraries for LD_PRELOAD beside libfaketime; null: the program doesn't look at its clock through libc
   */
  record Program(Path directory, List<String> command, @Nullable String preload) {}

  FaultNode(Program program, Place place, InetSocketAddress address) {
    this.program = program;
    this.place = place;
    this.address = address;
    shiftClock(Duration.ZERO);
  }

  InetSocketAddress address() {
    return address;
  }

  synchronized void start() {
    var builder =
        new ProcessBuilder(program.command())
            .directory(program.directory().toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(program.directory().resolve("log").toFile()));
    builder.environment().put(Survivors.TAG, program.directory().toString());
    builder.environment().put("LC_ALL", "C");
    if (program.preload() != null) {
      builder
          .environment()
          .putAll(
              Map.of(
                  "LD_PRELOAD",
                  fakeTime() + program.preload(),
                  "FAKETIME_TIMESTAMP_FILE",
                  clock().toString(),
                  "FAKETIME_NO_CACHE",
                  "1",
                  "FAKETIME_DONT_FAKE_MONOTONIC",
                  "1"));
    }
    process = Place.run(place, builder::start);
  }

  private Path clock() {
    return program.directory().resolve("clock");
  }

  private static String fakeTime() {
    try (Stream<Path> found = Files.find(Path.of("/usr/lib"), 4, (p, _) -> isFakeTime(p))) {
      return found
          .findFirst()
          .map(Path::toString)
          .orElseThrow(
              () -> new AssertionError("libfaketime.so.1 is missing: apt-get install faketime"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean isFakeTime(Path path) {
    return path.endsWith("faketime/libfaketime.so.1");
  }

  /** Turns the node's clock on, or back; it stays so, also when the node is started again. */
  synchronized void shiftClock(Duration by) {
    offset = offset.plus(by);
    try {
      Path next = program.directory().resolve("clock.next");
      Files.writeString(next, "%+.3f%n".formatted(offset.toMillis() / 1000.0));
      Files.move(next, clock(), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  synchronized void pause() {
    Signals.send("STOP", all());
  }

  synchronized void resume() {
    Signals.send("CONT", all());
  }

  /** Ends it by force, with all that it started, and waits for that. */
  synchronized void kill() {
    var running = process;
    if (running != null) {
      var killed = all();
      Signals.send("KILL", killed);
      killed.forEach(FaultNode::forgetFakeTime);
      try {
        if (!running.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError(program.command() + " survived SIGKILL");
        }
      } catch (InterruptedException failure) {
        throw new IllegalStateException(failure);
      }
    }
  }

  /** What libfaketime shares with a process's children, and can't remove if it is killed. */
  private static void forgetFakeTime(ProcessHandle process) {
    for (String prefix : List.of("faketime_shm_", "sem.faketime_sem_")) {
      try {
        boolean _ = Files.deleteIfExists(Path.of("/dev/shm", prefix + process.pid()));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  private List<ProcessHandle> all() {
    var all = new ArrayList<ProcessHandle>();
    if (process != null && process.isAlive()) {
      all.add(process.toHandle());
      process.descendants().forEach(all::add);
    }
    return all;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s at %s", program.directory().getFileName(), address);
  }

  /** Asks it to end, so that it clears up after itself, and then makes it. */
  @Override
  public synchronized void close() {
    var running = process;
    if (running != null && running.isAlive()) {
      Signals.send("INT", List.of(running.toHandle()));
      try {
        boolean _ = running.waitFor(END_SECONDS / 4, TimeUnit.SECONDS);
      } catch (InterruptedException failure) {
        throw new IllegalStateException(failure);
      }
    }
    kill();
  }
}
