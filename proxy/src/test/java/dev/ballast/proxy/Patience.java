package dev.ballast.proxy;

import dev.ballast.model.Timeouts;
import java.time.Duration;

/** Time limits of pools in tests: one of them short, and the others too long for any machine to reach. */
final class Patience {
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final Duration OVERALL = Duration.ofMinutes(1);

  static final Timeouts LONG = new Timeouts(PATIENT, PATIENT, PATIENT, OVERALL);

  private Patience() {}

  static Timeouts connecting(int millis) {
    return new Timeouts(Duration.ofMillis(millis), PATIENT, PATIENT, OVERALL);
  }

  static Timeouts firstByte(int millis) {
    return new Timeouts(PATIENT, Duration.ofMillis(millis), PATIENT, OVERALL);
  }

  static Timeouts idle(int millis) {
    return new Timeouts(PATIENT, PATIENT, Duration.ofMillis(millis), OVERALL);
  }

  static Timeouts overall(int millis) {
    return new Timeouts(PATIENT, PATIENT, PATIENT, Duration.ofMillis(millis));
  }
}
