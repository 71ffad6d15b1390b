package dev.ballast.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The verdict on a backend, written by the orchestrator at transitions only.
 *
 * @param reason for people, or empty; at most {@value Reason#LIMIT} characters, longer ones are cut
 * @param phi the suspicion level at the transition, at least 0
 * @param since when the verdict became this
 * @param history the verdicts before, newest first, at most {@value #HISTORY_LIMIT}
 */
public record BackendStatus(
    String pool,
    String backend,
    Verdict verdict,
    String reason,
    double phi,
    Instant since,
    List<PastVerdict> history)
    implements Resource {
  /** How many earlier verdicts are kept. */
  public static final int HISTORY_LIMIT = 8;

  public BackendStatus {
    Names.requireName(pool);
    Names.requireName(backend);
    Ranges.requirePhi(phi);
    reason = Reason.storable(reason);
    history = List.copyOf(history);
    if (history.size() > HISTORY_LIMIT) {
      throw new IllegalArgumentException(
          "a history of " + history.size() + " verdicts; the limit is " + HISTORY_LIMIT);
    }
  }

  /** A first verdict. */
  public BackendStatus(
      String pool, String backend, Verdict verdict, String reason, double phi, Instant since) {
    this(pool, backend, verdict, reason, phi, since, List.of());
  }

  /** The following one, with this one in its history. */
  public BackendStatus next(Verdict verdict, String reason, double phi, Instant since) {
    var past = new ArrayList<PastVerdict>();
    past.add(new PastVerdict(this.verdict, this.reason, this.since));
    past.addAll(history.subList(0, Math.min(history.size(), HISTORY_LIMIT - 1)));
    return new BackendStatus(pool, backend, verdict, reason, phi, since, past);
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
