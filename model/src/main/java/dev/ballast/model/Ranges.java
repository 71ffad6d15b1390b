package dev.ballast.model;

import java.time.Duration;

/** Checks of numbers and durations against the bounds that the documents name. */
final class Ranges {
  private Ranges() {}

  static void require(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " " + value + " is not within " + least + " to " + most);
    }
  }

  static void requirePercent(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " " + value + "% is not within " + least + "% to " + most + "%");
    }
  }

  static void requirePhi(double phi) {
    if (!(phi >= 0)) {
      throw new IllegalArgumentException("phi " + phi + " is not at least 0");
    }
  }

  static void require(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what
              + " "
              + Durations.text(value)
              + " is not within "
              + Durations.text(least)
              + " to "
              + Durations.text(most));
    }
  }
}
