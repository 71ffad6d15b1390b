package dev.ballast.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which processes still belong to a test: those with its directory in their command, environment, executable or working
 * directory. PostgreSQL clears its environment but works in its data directory; everything else inherits the tag.
 */
final class Survivors {
  /** The variable that a test's processes carry; its value is the test's directory. */
  static final String TAG = "BALLAST_TEST_DIRECTORY";

  private Survivors() {}

  /** One line per process, for people: its id and its command. */
  static List<String> of(Path directory) {
    return handles(directory).stream()
        .map(process -> process.pid() + " " + command(process))
        .toList();
  }

  static String command(ProcessHandle process) {
    return read(process, "cmdline").replace('\0', ' ');
  }

  static List<ProcessHandle> handles(Path directory) {
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != self && mentions(process, directory.toString()))
        .toList();
  }

  /** Ends what a failed test left, so that the next one finds the machine empty. */
  static void kill(Path directory) {
    handles(directory).forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean mentions(ProcessHandle process, String directory) {
    return read(process, "cmdline").contains(directory)
        || read(process, "environ").contains(directory)
        || link(process, "cwd").startsWith(directory)
        || link(process, "exe").startsWith(directory);
  }

  /** Empty for a process that has just ended, a zombie included. */
  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(proc(process, file), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return "";
    }
  }

  private static String link(ProcessHandle process, String file) {
    try {
      return Files.readSymbolicLink(proc(process, file)).toString();
    } catch (IOException _) {
      return "";
    }
  }

  private static Path proc(ProcessHandle process, String file) {
    return Path.of("/proc", Long.toString(process.pid()), file);
  }
}
