package dev.ballast.cli;

import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Lease;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.Mode;
import dev.ballast.locks.NotAcquired;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "lock",
    customSynopsis = {
      "ballast lock [OPTIONS] NAME -- COMMAND…",
      "       ballast lock list [PREFIX]",
      "       ballast lock break NAME"
    },
    description = {
      "Hold a lock while a command runs, which finds its fencing token in BALLAST_FENCING_TOKEN.",
      "If the lock is in danger of being lost, the command is ended in time: TERM, then KILL. It ends with the command's exit"
          + " code, 128 and the number if a signal ended it, 126 or 127 if it can't be run, or as stands below.",
      "For a lock that is called list or break: ballast lock -- list COMMAND…"
    })
final class LockCommand implements Callable<Integer> {
  private static final String RESERVED = "$group/";

  private final Shell shell;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME -- COMMAND",
      showDefaultValue = Visibility.NEVER,
      description = "The lock's name, and the command with its arguments.")
  List<String> words = List.of();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description =
          "How long the lock outlives this process if that dies; renewed every third of it.")
  Duration ttl = Duration.ofSeconds(15);

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "1m",
      converter = DurationConverter.class,
      description = "How long to wait for the lock; 0s to try once.")
  Duration patience = Duration.ofMinutes(1);

  @Option(names = "--shared", description = "Hold it together with others that say so too.")
  boolean isShared;

  @Option(
      names = "--permits",
      paramLabel = "N/OF",
      description = "Hold N permits of a semaphore that has OF of them (default: all alone).")
  @Nullable String permits;

  @Option(
      names = "--owner",
      paramLabel = "TEXT",
      description = "What lists show as its holder (default: USER@HOST:PID).")
  @Nullable String owner;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description =
          "How long the command may take to end after TERM; at most a third of --ttl, so that it has ended before the lock can"
              + " be another's.")
  Duration grace = Duration.ofSeconds(5);

  @Mixin private final EngineOptions engines = new EngineOptions();

  LockCommand(Shell shell) {
    this.shell = shell;
  }

  static CommandLine withSubcommands(Shell shell) {
    var lock = new LockCommand(shell);
    return new CommandLine(lock)
        .addSubcommand("list", new LockListCommand(shell, lock.engines))
        .addSubcommand("break", new LockBreakCommand(shell, lock.engines));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> command = command();
    Claim claim = claim(words.getFirst());
    LocksSettings settings = settings();
    var held = new HeldCommand(shell, command, grace);
    Signals.take(held::signalled);
    try (LockEngine engine = engines.connect(shell);
        var locks = new Locks(engine, settings)) {
      EngineOptions.warnings(engine).forEach(this::warn);
      try (Lease lease = locks.acquire(claim, patience)) {
        return held.run(lease);
      }
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    } catch (NotAcquired taken) {
      throw new CommandFailed(
          ExitCode.NOT_ACQUIRED,
          "%s; '%s lock list' shows who has it".formatted(Failures.text(taken), shell.calledAs()));
    } catch (EngineUnavailable failure) {
      if (held.signal() != 0) {
        return HeldCommand.FIRST_SIGNAL_EXIT + held.signal();
      }
      throw new CommandFailed(ExitCode.NOT_ACQUIRED, Failures.text(failure));
    } catch (InterruptedException interrupted) {
      if (held.signal() == 0) {
        throw interrupted;
      }
      return HeldCommand.FIRST_SIGNAL_EXIT + held.signal();
    }
  }

  /** The words behind the name, and behind a {@code --} between the two. */
  private List<String> command() {
    var command = new ArrayList<>(words.size() > 1 ? words.subList(1, words.size()) : List.of());
    if (!command.isEmpty() && command.getFirst().equals("--")) {
      command.removeFirst();
    }
    if (command.isEmpty()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "want a name and a command: " + shell.calledAs() + " lock NAME -- COMMAND…");
    }
    return command;
  }

  private Claim claim(String name) {
    if (isShared && permits != null) {
      throw new CommandFailed(ExitCode.USAGE, "--shared and --permits exclude each other");
    }
    if (name.startsWith(RESERVED)) {
      throw new CommandFailed(
          ExitCode.USAGE, "names that begin with " + RESERVED + " belong to consumer groups");
    }
    try {
      Mode mode =
          permits == null
              ? (isShared ? Mode.shared() : Mode.exclusive())
              : Mode.parse("permits:" + permits);
      return new Claim(name, mode);
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    }
  }

  private LocksSettings settings() {
    String name = owner == null ? Owner.ofProcess(shell) : owner;
    try {
      return LocksSettings.of(name, System::nanoTime, new SecureRandom()).withTtl(ttl);
    } catch (IllegalArgumentException wrong) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(wrong));
    }
  }

  private void warn(String warning) {
    shell.terminal().err().println(shell.terminal().paint(Colour.YELLOW, "ballast: ") + warning);
  }
}
