package dev.ballast.detection;

import java.time.Duration;

/** Values that tests of detection share. */
final class Times {
  static final long MS = 1_000_000;
  static final long S = 1_000 * MS;
  static final Outcome GOOD = new Outcome.Good(MS);

  private Times() {}

  static Outcome failed(Outcome.Kind kind, String reason) {
    return new Outcome.Failed(kind, reason);
  }

  static final Outcome SILENT = failed(Outcome.Kind.SILENT, "timed out");
  static final Outcome WRONG = failed(Outcome.Kind.WRONG, "status 503");
  static final Outcome REFUSED = failed(Outcome.Kind.REFUSED, "connection refused");
  static final Outcome NOT_ASKED = failed(Outcome.Kind.NOT_ASKED, "no file descriptors");

  static WatchSettings every(Duration interval) {
    return new WatchSettings(
        Pace.every(interval), new Detection.Phi(AccrualSettings.DEFAULT), Rising.DEFAULT);
  }

  static WatchSettings counting(int fall) {
    return new WatchSettings(
        Pace.every(Duration.ofSeconds(1)), new Detection.Count(fall), Rising.DEFAULT);
  }
}
