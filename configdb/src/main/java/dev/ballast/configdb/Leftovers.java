package dev.ballast.configdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Processes of an earlier run that still use a cluster's directory: they are ended before the next start.
 *
 * <p>A server process of ours has its executable below the installation directory and the cluster as its working
 * directory. Only such processes are touched; a foreign server on the same directory is an error that names it.
 */
final class Leftovers {
  private static final List<String> SIGNALS = List.of("INT", "QUIT", "KILL");
  private static final int SECONDS_PER_SIGNAL = 10;
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
      progress.accept(
          "Ending a PostgreSQL of an earlier run (" + signal + " to " + pids(processes) + ")");
      // A server's own processes end with the first one; QUIT and KILL go to all that are left.
      List<ProcessHandle> receivers = signal.equals("INT") ? List.of(eldest(processes)) : processes;
      Signals.send(signal, receivers);
      awaitEnd(processes);
    }
    refuseForeignServer();
    Files.deleteIfExists(cluster.resolve("postmaster.pid"));
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

  private static ProcessHandle eldest(List<ProcessHandle> processes) {
    for (ProcessHandle process : processes) {
      if (process.parent().filter(processes::contains).isEmpty()) {
        return process;
      }
    }
    return processes.getFirst();
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
  private void awaitEnd(List<ProcessHandle> processes) {
    var ends = processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_PER_SIGNAL);
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
