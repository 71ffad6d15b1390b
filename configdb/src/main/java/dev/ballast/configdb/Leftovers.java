package dev.ballast.configdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Processes of an earlier run that still use a cluster's directory: they are ended before the next start.
 *
 * <p>A server process of ours has its executable below the installation directory and the cluster as its working
 * directory. Only such processes are touched; a foreign server on the same directory is an error that names it.
 */
final class Leftovers {
  private static final List<String> SIGNALS = List.of("INT", "QUIT", "KILL");
  private static final Duration PATIENCE_PER_SIGNAL = Duration.ofSeconds(10);
  private static final Duration ORPHANS_END_WITHIN = Duration.ofSeconds(1);
  private static final int LOOK_EVERY_MILLIS = 20;

  private final Path installations;
  private final Path cluster;

  private Leftovers(Path installations, Path cluster) {
    this.installations = installations;
    this.cluster = cluster;
  }

  /** Ends what is left, then removes the pid file that would block the start. The caller holds the directory's lock. */
  static void clear(Path installations, Path cluster, Consumer<String> progress)
      throws IOException {
    new Leftovers(installations.toRealPath(), cluster.toRealPath()).clear(progress);
  }

  private void clear(Consumer<String> progress) throws IOException {
    for (String signal : SIGNALS) {
      List<ProcessHandle> processes = ours();
      if (processes.isEmpty()) {
        break;
      }
      List<ProcessHandle> receivers = signal.equals("INT") ? postmasters(processes) : processes;
      if (receivers.isEmpty()) {
        // Without the first process the others end by themselves, in a moment.
        awaitEnd(processes, ORPHANS_END_WITHIN);
        continue;
      }
      progress.accept(
          "Ending a PostgreSQL of an earlier run (" + signal + " to " + pids(receivers) + ")");
      Signals.send(signal, receivers);
      awaitEnd(processes, PATIENCE_PER_SIGNAL);
    }
    refuseForeignServer();
    Files.deleteIfExists(pidFile());
  }

  private Path pidFile() {
    return cluster.resolve("postmaster.pid");
  }

  /** The server's first process, which wrote its pid down and ends the others. */
  private List<ProcessHandle> postmasters(List<ProcessHandle> processes) {
    try (Stream<String> lines = Files.lines(pidFile())) {
      String pid = lines.findFirst().orElse("").strip();
      return processes.stream()
          .filter(process -> pid.equals(Long.toString(process.pid())))
          .toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  private List<ProcessHandle> ours() {
    return onThisCluster().stream()
        .filter(process -> executable(process).startsWith(installations))
        .toList();
  }

  private void refuseForeignServer() {
    List<ProcessHandle> foreign =
        onThisCluster().stream()
            .filter(process -> executable(process).endsWith("postgres"))
            .toList();
    if (!foreign.isEmpty()) {
      throw new DatabaseStartFailed(
          "another PostgreSQL (process "
              + pids(foreign)
              + ") runs on "
              + cluster
              + ": stop it first");
    }
  }

  private List<ProcessHandle> onThisCluster() {
    var found = new ArrayList<ProcessHandle>();
    ProcessHandle.allProcesses()
        .filter(process -> link(process, "cwd").equals(cluster))
        .forEach(found::add);
    return found;
  }

  private static Path executable(ProcessHandle process) {
    return link(process, "exe");
  }

  /** Empty for a process that has ended, or that is not ours to look at. */
  private static Path link(ProcessHandle process, String name) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), name));
    } catch (IOException _) {
      return Path.of("");
    }
  }

  /** A zombie that nobody reaps has no working directory any more and counts as ended. */
  private void awaitEnd(List<ProcessHandle> processes, Duration patience) {
    var ends = processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (!ours().isEmpty() && deadlineNanos - System.nanoTime() > 0) {
      try {
        CompletableFuture.allOf(ends).get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException _) {
        // Look again; after the deadline the next, harder signal follows.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static String pids(List<ProcessHandle> processes) {
    return String.join(
        ", ", processes.stream().map(process -> Long.toString(process.pid())).toList());
  }
}
