package dev.ballast.configdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The running server, started again whenever it dies.
 *
 * <p>One platform thread owns it: the kernel's death signal is bound to the <em>thread</em> that started a process, so
 * that thread starts the server, copies its output into the log, waits for its end, and lives for as long as there is a
 * server. {@link #close()} may be called from any thread.
 */
final class PostgresProcess implements AutoCloseable {
  private static final Duration FIRST_RESTART_AFTER = Duration.ofMillis(100);
  private static final Duration RESTART_AFTER_AT_MOST = Duration.ofSeconds(5);
  private static final Duration RUNS_STABLY_AFTER = Duration.ofSeconds(60);
  private static final int READY_SECONDS = 300;
  private static final int LOOK_EVERY_MILLIS = 10;
  private static final int SLOW_START_SECONDS = 10;
  private static final int FAST_SHUTDOWN_SECONDS = 20;
  private static final int IMMEDIATE_SHUTDOWN_SECONDS = 5;
  private static final int STATUS_LINE = 7;
  private static final Duration LAST_LINES_WITHIN = Duration.ofSeconds(2);

  private final PostgresCluster cluster;
  private final BoundedLog log;
  private final Consumer<String> progress;
  private final CompletableFuture<Process> firstProcess = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread owner;
  private volatile @Nullable Process current;
  private volatile boolean wasReady;

  private PostgresProcess(PostgresCluster cluster, BoundedLog log, Consumer<String> progress) {
    this.cluster = cluster;
    this.log = log;
    this.progress = progress;
    this.owner = Thread.ofPlatform().daemon().name("postgres-owner").unstarted(this::own);
  }

  /** Returns when the server accepts connections. */
  static PostgresProcess start(PostgresCluster cluster, BoundedLog log, Consumer<String> progress) {
    var server = new PostgresProcess(cluster, log, progress);
    server.owner.start();
    try {
      server.awaitReady(server.firstProcess.join());
      server.wasReady = true;
      return server;
    } catch (RuntimeException failure) {
      server.close();
      throw failure;
    }
  }

  long pid() {
    Process process = current;
    return process == null ? firstProcess.join().pid() : process.pid();
  }

  private void own() {
    Duration pause = FIRST_RESTART_AFTER;
    while (!isClosing()) {
      long startedNanos = System.nanoTime();
      runOnce();
      if (isClosing() || !wasReady) {
        return;
      }
      boolean ranStably = System.nanoTime() - startedNanos > RUNS_STABLY_AFTER.toNanos();
      pause = ranStably ? FIRST_RESTART_AFTER : pause;
      say("PostgreSQL ended unexpectedly; starting it again in " + pause.toMillis() + " ms");
      if (awaitClosing(pause)) {
        return;
      }
      pause =
          pause.multipliedBy(2).compareTo(RESTART_AFTER_AT_MOST) < 0
              ? pause.multipliedBy(2)
              : RESTART_AFTER_AT_MOST;
    }
  }

  /** Whoever listens to the progress can't end the owner, and the server with it. */
  private void say(String line) {
    try {
      progress.accept(line);
    } catch (RuntimeException failure) {
      log.add(line + " (" + failure + ")");
    }
  }

  /** From start to end of one server process. */
  private void runOnce() {
    try {
      if (firstProcess.isDone()) {
        Leftovers.clear(cluster.directory(), cluster.data(), this::say);
      }
      Process process =
          cluster
              .launch()
              .builder(
                  List.of(
                      cluster.binaries().program("postgres").toString(),
                      "-D",
                      cluster.data().toString()))
              .directory(cluster.directory().toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      current = process;
      firstProcess.complete(process);
      if (isClosing()) {
        stop(process);
      }
      copyOutput(process);
      process.waitFor();
    } catch (IOException | RuntimeException failure) {
      log.add("cannot run PostgreSQL: " + failure);
      firstProcess.completeExceptionally(
          new DatabaseStartFailed(
              "PostgreSQL could not be started: " + failure.getMessage(), failure));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void copyOutput(Process process) throws IOException {
    try (var output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        log.add(line);
      }
    }
  }

  private void awaitReady(Process process) {
    long startedNanos = System.nanoTime();
    boolean saidSlow = false;
    while (!isReady(process.pid())) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos);
      if (seconds >= READY_SECONDS || endsWithin(process, Duration.ofMillis(LOOK_EVERY_MILLIS))) {
        awaitLastLines();
        throw new DatabaseStartFailed(
            "PostgreSQL did not start; its last lines:\n" + String.join("\n", log.recentLines()));
      }
      if (seconds >= SLOW_START_SECONDS && !saidSlow) {
        saidSlow = true;
        progress.accept(
            "PostgreSQL is still starting; it may be recovering from its write-ahead log");
      }
    }
  }

  /** What it said at its end says why; a server that has ended without ever being ready is not started again. */
  private void awaitLastLines() {
    try {
      owner.join(LAST_LINES_WITHIN);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** The server writes its state into the last line of its pid file. */
  private boolean isReady(long pid) {
    try {
      List<String> lines =
          Files.readAllLines(cluster.data().resolve("postmaster.pid"), StandardCharsets.UTF_8);
      return lines.size() > STATUS_LINE
          && lines.getFirst().strip().equals(Long.toString(pid))
          && lines.get(STATUS_LINE).strip().equals("ready");
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Process process = current;
    if (process != null) {
      stop(process);
    }
    try {
      owner.join(Duration.ofSeconds(FAST_SHUTDOWN_SECONDS + 2 * IMMEDIATE_SHUTDOWN_SECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(Process process) {
    if (!process.isAlive()) {
      return;
    }
    try {
      Signals.send("INT", List.of(process.toHandle()));
      if (!endsWithin(process, Duration.ofSeconds(FAST_SHUTDOWN_SECONDS))) {
        Signals.send("QUIT", List.of(process.toHandle()));
      }
    } catch (IOException _) {
      process.destroy();
    }
    if (!endsWithin(process, Duration.ofSeconds(IMMEDIATE_SHUTDOWN_SECONDS))) {
      process.destroyForcibly();
    }
  }

  private static boolean endsWithin(Process process, Duration patience) {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException _) {
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private boolean awaitClosing(Duration patience) {
    try {
      return closing.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
