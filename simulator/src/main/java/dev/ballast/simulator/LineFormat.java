package dev.ballast.simulator;

/** How the lines of an access log are written. */
interface LineFormat {
  /**
   * What a line says.
   *
   * @throws IllegalArgumentException if it is none of this format
   * @throws java.time.DateTimeException if its time is none
   */
  LogLine read(String line);

  /** What users call it. */
  String name();
}
