package dev.ballast.cli;

import dev.ballast.configdb.DatabaseStartFailed;
import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.controller.ControllerStartFailed;
import dev.ballast.locks.EngineUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Says what went wrong, and decides how the process ends. */
final class Failures {
  private static final String LEAD = "ballast: ";

  private Failures() {}

  static int report(Exception failure, Terminal terminal) {
    return switch (failure) {
      case CommandFailed failed -> say(terminal, text(failed), failed.exitCode());
      case ApiProblem problem -> {
        problem.problems().forEach(one -> terminal.err().println(one));
        yield say(terminal, text(problem), ExitCode.FAILED);
      }
      case OutputClosed closed when closed.isReaderGone() -> ExitCode.DONE.number();
      case OutputClosed closed -> sayOnly(terminal, text(closed), ExitCode.FAILED);
      case IOException io -> say(terminal, named(io), ExitCode.FAILED);
      case UncheckedIOException io -> say(terminal, withCause(io), ExitCode.FAILED);
      case DatabaseStartFailed _,
          DatabaseUnavailable _,
          ControllerStartFailed _,
          EngineUnavailable _ ->
          say(terminal, text(failure), ExitCode.FAILED);
      default -> unexpected(failure, terminal);
    };
  }

  /** What a failure says of itself, or else its name. */
  static String text(Throwable failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getSimpleName());
  }

  private static int unexpected(Exception failure, Terminal terminal) {
    failure.printStackTrace(terminal.err());
    return say(
        terminal, "this is a mistake in Ballast; please report the lines above", ExitCode.FAILED);
  }

  private static String withCause(Exception failure) {
    Throwable cause = failure.getCause();
    return cause == null ? text(failure) : text(failure) + ": " + text(cause);
  }

  /** The message alone is often no more than a file's name. */
  private static String named(IOException failure) {
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }

  private static int say(Terminal terminal, String message, ExitCode exitCode) {
    terminal.out().flush();
    return sayOnly(terminal, message, exitCode);
  }

  private static int sayOnly(Terminal terminal, String message, ExitCode exitCode) {
    terminal.err().println(terminal.paint(Colour.RED, LEAD) + message);
    return exitCode.number();
  }
}
