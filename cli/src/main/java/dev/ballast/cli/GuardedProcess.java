package dev.ballast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs with this process's input, output and terminal, and does not outlive it.
 *
 * <pre>
 *   [setsid]                        a process group of its own, unless this process has the terminal
 *     → setpriv --pdeathsig=KILL      the kernel kills it when the thread that started it ends
 *       → sh: is the parent still us?   it may have died before the line above
 *         → the command                 every step is an exec: one process, a direct child
 * </pre>
 *
 * <p>With the terminal in the foreground the command stays in this process's group, so that it may read from the terminal, and
 * Ctrl-C and Ctrl-Z reach both at once. The thread that starts it must live as long as it.
 */
final class GuardedProcess {
  private static final String PARENT_CHECK = "[ \"$PPID\" = \"$0\" ] || exit 113; exec \"$@\"";
  private static final Path STAT = Path.of("/proc/self/stat");

  private final Process process;
  private final boolean hasGroup;
  private @Nullable List<ProcessHandle> asked;

  private GuardedProcess(Process process, boolean hasGroup) {
    this.process = process;
    this.hasGroup = hasGroup;
  }

  /** Starts it, with more in its environment; it reads what this process would. */
  static GuardedProcess start(List<String> command, Map<String, String> environment, Path directory)
      throws IOException {
    boolean hasGroup = !hasTerminal();
    var builder = builder(command, environment, directory, hasGroup);
    return new GuardedProcess(builder.inheritIO().start(), hasGroup);
  }

  /** The same, but it reads what is written to {@link #input}. */
  static GuardedProcess startFed(
      List<String> command, Map<String, String> environment, Path directory) throws IOException {
    var builder = builder(command, environment, directory, true);
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new GuardedProcess(builder.start(), true);
  }

  private static ProcessBuilder builder(
      List<String> command, Map<String, String> environment, Path directory, boolean hasGroup) {
    var whole = new ArrayList<String>();
    if (hasGroup) {
      whole.add("setsid");
    }
    whole.addAll(List.of("setpriv", "--pdeathsig=KILL", "--", "sh", "-c", PARENT_CHECK));
    whole.add(Long.toString(ProcessHandle.current().pid()));
    whole.addAll(command);
    var builder = new ProcessBuilder(whole).directory(directory.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  /** Whether this process is in the foreground of a terminal: fields 5 and 8 of its stat, see proc(5). */
  private static boolean hasTerminal() {
    try {
      String stat = Files.readString(STAT);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[2].equals(fields[5]);
    } catch (IOException | IndexOutOfBoundsException _) {
      return false;
    }
  }

  OutputStream input() {
    return process.getOutputStream();
  }

  CompletableFuture<Process> ended() {
    return process.onExit();
  }

  /** How it ended; 128 and the signal's number if by a signal. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  /** Hands on a signal that came to this process: one that a terminal sent came to the command too. */
  void forward(int signal) {
    if (hasGroup) {
      signal(signal);
    } else if (signal != Signals.INT) {
      process.destroy();
    }
  }

  /** Asks the command and all that it has started to end. */
  void terminate() {
    List<ProcessHandle> children = process.descendants().toList();
    asked = children;
    if (hasGroup) {
      signal(Signals.TERM);
    } else {
      process.destroy();
    }
    children.forEach(ProcessHandle::destroy);
  }

  /**
   * Ends the command and all that it has started. A command that was asked to end before dies first of all: to find what it has
   * started takes a walk through all processes, and is needed again only where no group has them.
   */
  void kill() {
    List<ProcessHandle> known = asked;
    List<ProcessHandle> children =
        hasGroup && known != null ? known : process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    if (hasGroup) {
      signal(9);
    }
  }

  /** To the whole group, or to the command alone as long as it has not come so far as to have one. */
  private void signal(int signal) {
    String number = "kill -" + signal + " ";
    try {
      if (shell(number + "-" + process.pid()) != 0 && process.isAlive()) {
        int _ = shell(number + process.pid());
      }
    } catch (IOException _) {
      process.destroy();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** A shell has kill built in, where the program need not be there. */
  private static int shell(String script) throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", script)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
