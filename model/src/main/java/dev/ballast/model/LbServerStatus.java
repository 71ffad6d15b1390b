package dev.ballast.model;

import java.time.Instant;

/**
 * What was observed of an LB server, written by the orchestrator at transitions only.
 *
 * @param instance of which process: a status of another instance than the one that is registered says nothing
 * @param reason for people, or empty; at most {@value Reason#LIMIT} characters, longer ones are cut
 * @param phi the suspicion level at the transition, at least 0
 * @param since when the state became this
 */
public record LbServerStatus(
    String name, String instance, LbServerState state, String reason, double phi, Instant since)
    implements Resource {
  public LbServerStatus {
    Names.requireName(name);
    if (instance.isEmpty()) {
      throw new IllegalArgumentException("a status is that of one instance, and none is given");
    }
    Ranges.requirePhi(phi);
    reason = Reason.storable(reason);
  }

  @Override
  public Kind kind() {
    return Kind.LB_SERVER_STATUS;
  }
}
