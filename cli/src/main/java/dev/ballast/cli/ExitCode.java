package dev.ballast.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a command ends, for scripts. */
enum ExitCode {
  DONE(0, "done"),
  FAILED(1, "failed or refused"),
  USAGE(2, "used wrongly: an unknown option, a missing argument"),
  NOT_IN_USE(3, "committed, but not in use on every LB server"),
  NOT_RUNNING(4, "no controller answers"),
  NOT_ACQUIRED(75, "lock: not acquired, and the command was not started"),
  LOST(76, "lock: lost, and the command was ended");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  String meaning() {
    return meaning;
  }

  /** For the end of every {@code --help}. */
  static Map<String, String> listing() {
    var listing = new LinkedHashMap<String, String>();
    Arrays.stream(values())
        .forEach(code -> listing.put(Integer.toString(code.number), code.meaning));
    return listing;
  }
}
