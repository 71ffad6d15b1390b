package dev.ballast.detection;

import java.time.Duration;

/**
 * What an unhealthy target has to show to be trusted again: some good answers in a row, twice as many after each further fall within the
 * memory, so that who flaps stays away for longer and longer.
 *
 * @param rise good answers in a row, 1 to 100
 * @param memory for how long a fall is remembered
 */
public record Rising(int rise, Duration memory) {
  private static final int MAX_DOUBLINGS = 5;

  public static final Rising DEFAULT = new Rising(2, Duration.ofMinutes(5));

  public Rising {
    if (rise < 1 || rise > 100) {
      throw new IllegalArgumentException("rise must be 1 to 100, not " + rise);
    }
  }

  /**
   * The answers that it takes.
   *
   * @param falls how often it fell within the memory, the last one included
   */
  int wanted(int falls) {
    return rise << Math.clamp(falls - 1, 0, MAX_DOUBLINGS);
  }
}
