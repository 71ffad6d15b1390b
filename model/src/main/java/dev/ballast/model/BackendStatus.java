package dev.ballast.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The verdict on a backend, written by the orchestrator at transitions only.
 *
 * @param address of the server that was probed; absent: the verdict is on whatever has the name
 * @param reason for people, or empty; at most {@value Reason#LIMIT} characters, longer ones are cut
 * @param phi the suspicion level at the transition, at least 0
 * @param since when the verdict became this
 * @param history the verdicts before, newest first, at most {@value #HISTORY_LIMIT}
 */
public record BackendStatus(
    String pool,
    String backend,
    Optional<BackendAddress> address,
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

  /** A first verdict, which does not say of which address it is. */
  public BackendStatus(
      String pool, String backend, Verdict verdict, String reason, double phi, Instant since) {
    this(pool, backend, Optional.empty(), verdict, reason, phi, since, List.of());
  }

  /** A first verdict on a backend, where it is now. */
  public static BackendStatus first(
      Backend backend, Verdict verdict, String reason, double phi, Instant since) {
    return new BackendStatus(backend.pool(), backend.id(), verdict, reason, phi, since).on(backend);
  }

  /** The same, on the backend where it is now. */
  public BackendStatus on(Backend where) {
    var its = Optional.of(where.address());
    return new BackendStatus(pool, backend, its, verdict, reason, phi, since, history);
  }

  /** The following one, with this one in its history. */
  public BackendStatus next(Verdict verdict, String reason, double phi, Instant since) {
    var past = new ArrayList<PastVerdict>();
    past.add(new PastVerdict(this.verdict, this.reason, this.since));
    past.addAll(history.subList(0, Math.min(history.size(), HISTORY_LIMIT - 1)));
    return new BackendStatus(pool, backend, address, verdict, reason, phi, since, past);
  }

  /** Whether the backend is still where the verdict was found; elsewhere it says nothing. */
  public boolean isOn(Backend where) {
    return address.isEmpty() || address.get().equals(where.address());
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
