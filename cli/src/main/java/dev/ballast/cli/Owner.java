package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process calls itself where its locks are listed. */
final class Owner {
  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

  private Owner() {}

  /** {@code USER@HOST:PID}. */
  static String ofProcess(Shell shell) {
    return "%s@%s:%d".formatted(shell.user(), host(), ProcessHandle.current().pid());
  }

  private static String host() {
    try {
      return Files.readString(HOST).strip();
    } catch (IOException _) {
      return "localhost";
    }
  }
}
