package dev.ballast.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** Instants for people: to the second. */
final class Times {
  private Times() {}

  static Instant toSecond(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS);
  }

  /** How long something has lasted, to two units: {@code 42s}, {@code 3m12s}, {@code 2h5m}, {@code 3d4h}. */
  static String shown(Duration time) {
    if (time.toDays() > 0) {
      return time.toDays() + "d" + time.toHoursPart() + "h";
    }
    if (time.toHours() > 0) {
      return time.toHours() + "h" + time.toMinutesPart() + "m";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + "m" + time.toSecondsPart() + "s"
        : time.toSeconds() + "s";
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
