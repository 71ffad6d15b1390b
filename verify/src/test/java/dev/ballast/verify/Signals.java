package dev.ballast.verify;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Signals to processes, by kill(1). */
final class Signals {
  private Signals() {}

  /** Sends a signal to all of them in one call; those that have ended meanwhile are no error. */
  static void send(String signal, Collection<ProcessHandle> processes) {
    if (!processes.isEmpty()) {
      var command = new ArrayList<>(List.of("kill", "-" + signal));
      processes.forEach(process -> command.add(Long.toString(process.pid())));
      Finished _ = Finished.tool(command.toArray(String[]::new));
    }
  }
}
