package dev.ballast.cli;

import dev.ballast.locks.Message;
import dev.ballast.locks.MessageHandler;
import dev.ballast.locks.Ownership;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Handles each message with a process of its own, which reads the body. One platform thread starts all of them, because they die
 * with the thread that started them ({@link GuardedProcess}).
 */
final class CommandHandler implements MessageHandler, AutoCloseable {
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("command-starter").factory());
  private final List<String> command;
  private final Path directory;
  private final Duration grace;

  /** @param grace from TERM to KILL where there is time for that */
  CommandHandler(List<String> command, Path directory, Duration grace) {
    this.command = List.copyOf(command);
    this.directory = directory;
    this.grace = grace;
  }

  /** The command could not handle a message. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(int exitCode) {
      super("the command ended with exit code " + exitCode);
    }

    /** What stands beside a dead letter: for people, to whom the name of a class says nothing. */
    @SuppressWarnings("OverrideThrowableToString")
    @Override
    public String toString() {
      return String.valueOf(getMessage());
    }
  }

  @Override
  public void handle(Message message, Ownership ownership)
      throws InterruptedException, IOException, Refusal {
    GuardedProcess process = start(environment(message, ownership));
    Thread.ofVirtual().name("message-" + message.id()).start(() -> feed(process, message.body()));
    int exitCode;
    try {
      exitCode = process.exitCode();
    } catch (InterruptedException stopped) {
      end(process, ownership);
      throw stopped;
    }
    if (exitCode != 0) {
      throw new Refusal(exitCode);
    }
  }

  private GuardedProcess start(Map<String, String> environment)
      throws InterruptedException, IOException {
    var starting = starter.submit(() -> GuardedProcess.startFed(command, environment, directory));
    try {
      return starting.get();
    } catch (ExecutionException failure) {
      throw new IOException("the command can't be started: " + failure.getCause(), failure);
    } catch (InterruptedException stopped) {
      killOnceStarted(starting);
      throw stopped;
    }
  }

  /** It may be half started by now, and must not run unseen; an interrupt can't hurry that. */
  private static void killOnceStarted(Future<GuardedProcess> starting) {
    while (true) {
      try {
        starting.get().kill();
        return;
      } catch (InterruptedException _) {
        // The caller is about to say so.
      } catch (ExecutionException _) {
        return;
      }
    }
  }

  private static Map<String, String> environment(Message message, Ownership ownership) {
    return Map.of(
        "BALLAST_MESSAGE_ID", message.id(),
        "BALLAST_MESSAGE_KEY", message.key(),
        "BALLAST_MESSAGE_FAILURES", Integer.toString(message.failures()),
        "BALLAST_PARTITION", ownership.partition().name(),
        "BALLAST_FENCING_TOKEN", Long.toString(ownership.token()));
  }

  private static void feed(GuardedProcess process, byte[] body) {
    try (OutputStream input = process.input()) {
      input.write(body);
    } catch (IOException _) {
      // It has not read all of it: that is its own affair.
    }
  }

  /** Nobody else may handle the message yet while the partition is still owned: as long as that, the command may finish. */
  private void end(GuardedProcess process, Ownership ownership) throws InterruptedException {
    try {
      if (ownership.isStillMine()) {
        process.terminate();
        process.ended().get(grace.toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (TimeoutException _) {
      // It has had its time.
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure);
    } finally {
      process.kill();
    }
  }

  @Override
  public void close() {
    starter.shutdown();
  }
}
