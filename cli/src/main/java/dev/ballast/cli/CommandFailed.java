package dev.ballast.cli;

/** A command can't do what it was asked: what to say, and how to end. */
final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;

  CommandFailed(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  CommandFailed(String message) {
    this(ExitCode.FAILED, message);
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
