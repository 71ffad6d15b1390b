package dev.ballast.model;

import java.time.Instant;

/**
 * A verdict that has been followed by another one.
 *
 * @param reason for people, or empty; at most {@value Reason#LIMIT} characters, longer ones are cut
 * @param since when the verdict became this; it held until the following one began
 */
public record PastVerdict(Verdict verdict, String reason, Instant since) {
  public PastVerdict {
    reason = Reason.storable(reason);
  }
}
