package dev.ballast.balancing;

import java.time.Instant;

/**
 * A backend is out for a while because of the outcomes of its own requests.
 *
 * @param reason for people: "5 failures in a row"
 * @param until when it may serve again
 */
public record Ejection(String reason, Instant until) {
  boolean holdsAt(Instant now) {
    return until.isAfter(now);
  }

  @Override
  public String toString() {
    return "ejected for " + reason + ", until " + until;
  }
}
