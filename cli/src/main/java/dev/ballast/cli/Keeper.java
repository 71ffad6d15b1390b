package dev.ballast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one child running. Its thread owns the restarts; {@link #askToEnd} and {@link #kill} come from others.
 *
 * <p>The child ignores SIGINT and SIGHUP: Ctrl-C and the end of the terminal reach every process of the foreground group at
 * once, and it is for the supervisor to end its children in order.
 */
final class Keeper {
  private static final List<String> SHIELDED =
      List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");
  private static final int CHUNK_BYTES = 1 << 13;
  private static final int FIRST_SIGNAL_EXIT = 128;
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

  private final Child child;
  private final RotatingLog log;
  private final Consumer<String> announce;
  private final InstantSource clock;
  private final RestartBackoff backoff = new RestartBackoff();
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread thread;
  private @Nullable Process process;

  Keeper(Child child, RotatingLog log, Consumer<String> announce, InstantSource clock) {
    this.child = child;
    this.log = log;
    this.announce = announce;
    this.clock = clock;
    this.thread = Thread.ofPlatform().daemon().name("keeper-" + child.name()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Closes the child's input and ends the restarts. */
  void askToEnd() {
    ending.countDown();
    Process running = running();
    if (running != null) {
      try {
        running.getOutputStream().close();
      } catch (IOException _) {
        // It has gone already.
      }
    }
  }

  void awaitEnd(Duration patience) {
    try {
      thread.join(Duration.ofNanos(Math.max(1, patience.toNanos())));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  void kill() {
    Process running = running();
    if (running != null) {
      running.destroyForcibly();
    }
    log.close();
  }

  private void run() {
    while (!isEnding()) {
      Instant started = clock.instant();
      String end;
      try {
        end = runOnce();
      } catch (IOException failure) {
        end = "can't be started: " + failure.getMessage();
      } catch (InterruptedException _) {
        return;
      }
      if (!isEnding()) {
        pause(end, Duration.between(started, clock.instant()));
      }
    }
  }

  private void pause(String end, Duration ran) {
    Duration pause = backoff.after(ran);
    announce.accept(
        "%s %s; starting it again in %d ms".formatted(child.name(), end, pause.toMillis()));
    try {
      boolean _ = ending.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it, waits for its end, and says how it ended. */
  private String runOnce() throws IOException, InterruptedException {
    var command = new ArrayList<>(SHIELDED);
    command.addAll(child.command());
    Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
    hold(started);
    var lastLine = new LastLine();
    Thread pump =
        Thread.ofPlatform()
            .daemon()
            .name("log-" + child.name())
            .start(() -> copy(started.getInputStream(), lastLine));
    int exit = started.waitFor();
    pump.join(LAST_OUTPUT);
    hold(null);
    return exit > FIRST_SIGNAL_EXIT
        ? "was ended by signal " + (exit - FIRST_SIGNAL_EXIT)
        : "ended with exit code " + exit + lastLine.quoted();
  }

  private void copy(InputStream output, LastLine lastLine) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (output) {
      for (int length = output.read(chunk); length >= 0; length = output.read(chunk)) {
        log.write(chunk, 0, length);
        lastLine.take(new String(chunk, 0, length, StandardCharsets.UTF_8));
      }
    } catch (IOException _) {
      // It ended while being read.
    }
  }

  private boolean isEnding() {
    return ending.getCount() == 0;
  }

  /** A child that is started while the end begins would miss being asked to end. */
  private void hold(@Nullable Process started) {
    synchronized (this) {
      process = started;
    }
    if (started != null && isEnding()) {
      askToEnd();
    }
  }

  private synchronized @Nullable Process running() {
    return process;
  }

  /** The last line of the output that isn't blank or part of a stack trace: most often the reason of an end. */
  private static final class LastLine {
    private static final int LENGTH_LIMIT = 200;

    private String line = "";

    synchronized void take(String text) {
      text.lines()
          .filter(one -> !one.isBlank() && !Character.isWhitespace(one.charAt(0)))
          .reduce((_, later) -> later)
          .ifPresent(last -> line = last.substring(0, Math.min(LENGTH_LIMIT, last.length())));
    }

    synchronized String quoted() {
      return line.isEmpty() ? "" : " (\"" + line + "\")";
    }
  }
}
