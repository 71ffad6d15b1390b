package dev.ballast.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** Instants for people: to the second. */
final class Times {
  private Times() {}

  static Instant toSecond(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS);
  }

  /** An instant out of an answer, or the text as it is when it is none. */
  static String shown(String text) {
    try {
      return toSecond(Instant.parse(text)).toString();
    } catch (DateTimeParseException _) {
      return text;
    }
  }
}
