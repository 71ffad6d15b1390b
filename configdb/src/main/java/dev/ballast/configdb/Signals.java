package dev.ballast.configdb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Signals by name; the JDK itself only sends TERM and KILL. */
final class Signals {
  private Signals() {}

  /** A process that has already ended is not an error. */
  static void send(String signal, List<ProcessHandle> processes) throws IOException {
    var command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\"", signal));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    Process kill =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      kill.waitFor();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
