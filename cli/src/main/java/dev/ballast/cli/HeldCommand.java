package dev.ballast.cli;

import dev.ballast.locks.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs while a lock is held, and no longer. When the lease can't be renewed any more it is asked to end while there
 * is still time, and killed shortly before the lease's local deadline, so that it is dead before the engine lets anybody else in.
 * When the lock is broken there is no such time: it has its grace all the same, and whoever breaks a lock knows.
 */
final class HeldCommand {
  static final int FIRST_SIGNAL_EXIT = 128;
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration SHORTEST_MARGIN = Duration.ofMillis(20);

  private final Shell shell;
  private final List<String> command;
  private final Duration grace;
  private final Thread waiter = Thread.currentThread();
  private @Nullable GuardedProcess process;
  private int signal;

  /** To be run by the thread that makes it. */
  HeldCommand(Shell shell, List<String> command, Duration grace) {
    this.shell = shell;
    this.command = List.copyOf(command);
    this.grace = grace;
  }

  /** A signal came: the command's, if it runs, else the end of waiting for the lock. */
  void signalled(int number) {
    GuardedProcess running;
    synchronized (this) {
      signal = number;
      running = process;
      if (running == null) {
        waiter.interrupt();
      }
    }
    if (running != null) {
      running.forward(number);
    }
  }

  /** The last signal; 0 if there was none. */
  synchronized int signal() {
    return signal;
  }

  /** Runs the command to its end, and answers how to exit. Whatever happens, the command has ended when this returns. */
  int run(Lease lease) throws IOException, InterruptedException {
    var lost = new CompletableFuture<Void>();
    lease.whenLost(() -> lost.complete(null));
    GuardedProcess started = start(lease);
    try {
      return watch(started, lease, lost);
    } finally {
      if (!started.ended().isDone()) {
        started.kill();
        Process _ = started.ended().join();
      }
    }
  }

  private int watch(GuardedProcess started, Lease lease, CompletableFuture<Void> lost)
      throws InterruptedException {
    Duration reserve = min(grace.plus(margin(lease)), lease.ttl().dividedBy(3));
    var end = CompletableFuture.anyOf(started.ended(), lost);
    while (!started.ended().isDone()) {
      Duration left = lease.remaining().minus(reserve);
      if (lost.isDone() || !left.isPositive()) {
        end(started, lease);
        return ExitCode.LOST.number();
      }
      await(end, left);
    }
    return started.exitCode();
  }

  private GuardedProcess start(Lease lease) throws IOException {
    var environment =
        Map.of(
            "BALLAST_FENCING_TOKEN", Long.toString(lease.token()),
            "BALLAST_LOCK", lease.name(),
            "BALLAST_LEASE", lease.id().value());
    GuardedProcess started = GuardedProcess.start(command, environment, shell.directory());
    int pending;
    synchronized (this) {
      process = started;
      pending = signal;
    }
    if (pending != 0) {
      // The signal is for the command now, not for whoever waited for the lock.
      boolean _ = Thread.interrupted();
      started.forward(pending);
    }
    return started;
  }

  /** How long before the lease's deadline killing starts: that takes time too. */
  private static Duration margin(Lease lease) {
    Duration share = lease.ttl().dividedBy(50);
    return share.compareTo(SHORTEST_MARGIN) < 0 ? SHORTEST_MARGIN : share;
  }

  /** Asks it to end, and kills it when the lease's deadline is near, or the grace is over if that has passed already. */
  private void end(GuardedProcess started, Lease lease) throws InterruptedException {
    Duration left = lease.remaining();
    boolean isBroken = !left.isPositive();
    say(
        "the lock '%s' %s: ending the command"
            .formatted(
                lease.name(),
                isBroken
                    ? "is lost, " + lease.lostBecause()
                    : "could not be renewed for too long"));
    started.terminate();
    await(started.ended(), isBroken ? grace : min(grace, lease.remaining().minus(margin(lease))));
    started.kill();
    int _ = started.exitCode();
  }

  private void say(String message) {
    shell.terminal().err().println(shell.terminal().paint(Colour.RED, "ballast: ") + message);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static void await(CompletableFuture<?> future, Duration time)
      throws InterruptedException {
    try {
      Object _ = future.get(Math.max(SHORTEST.toNanos(), time.toNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      // The caller looks for itself.
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
