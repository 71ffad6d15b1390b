package dev.ballast.balancing;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one backend when its eligibility is judged.
 *
 * @param weight its specified weight
 * @param adminState its specified admin state
 * @param override what an operator laid over the specification, until it ends
 * @param verdict what the health checks observed
 * @param appeared when this LB server first saw the backend
 * @param ejection its own failures took it out, for a while
 * @param isAddressKnown whether its name has been resolved; always true of an address
 * @param rank how it ranks among the others
 */
public record Candidate(
    int weight,
    AdminState adminState,
    @Nullable AdminOverride override,
    Verdict verdict,
    Instant appeared,
    @Nullable Ejection ejection,
    boolean isAddressKnown,
    Rank rank) {

  /** One that ranks like all others. */
  public Candidate(
      int weight,
      AdminState adminState,
      @Nullable AdminOverride override,
      Verdict verdict,
      Instant appeared,
      @Nullable Ejection ejection,
      boolean isAddressKnown) {
    this(weight, adminState, override, verdict, appeared, ejection, isAddressKnown, Rank.ALL_ALIKE);
  }

  /**
   * What makes an LB server prefer a backend to another.
   *
   * @param priority of its group; the lower one comes first
   * @param zone where it stands, or empty
   * @param isInSubset whether it is among those that this LB server uses
   */
  public record Rank(int priority, String zone, boolean isInSubset) {
    public static final Rank ALL_ALIKE = new Rank(0, "", true);
  }

  public Candidate ranked(Rank other) {
    return new Candidate(
        weight, adminState, override, verdict, appeared, ejection, isAddressKnown, other);
  }

  /** The stricter of specification and override, the latter as long as it holds. */
  AdminState effectiveState(Instant now) {
    return override != null && override.holdsAt(now)
        ? adminState.stricter(override.state())
        : adminState;
  }

  /** Its ejection, if that holds now. */
  @Nullable Ejection ejectionAt(Instant now) {
    return ejection != null && ejection.holdsAt(now) ? ejection : null;
  }

  /** When the override ends, if it holds now and is to end. */
  @Nullable Instant overrideEnd(Instant now) {
    return override != null && override.holdsAt(now) ? override.until().orElse(null) : null;
  }
}
