package dev.ballast.model;

import java.time.Instant;

/**
 * The verdict on a backend, written by the orchestrator at transitions only.
 *
 * @param reason for people, or empty
 * @param phi the suspicion level at the transition, at least 0
 * @param since when the verdict became this
 */
public record BackendStatus(
    String pool, String backend, Verdict verdict, String reason, double phi, Instant since)
    implements Resource {
  public BackendStatus {
    Names.requireName(pool);
    Names.requireName(backend);
    if (!(phi >= 0)) {
      throw new IllegalArgumentException("phi " + phi + " is not at least 0");
    }
  }

  @Override
  public Kind kind() {
    return Kind.BACKEND_STATUS;
  }

  @Override
  public String name() {
    return pool + "/" + backend;
  }
}
