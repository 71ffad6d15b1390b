package dev.ballast.balancing;

/** Why a backend may be picked, or may not. */
public enum Standing {
  HEALTHY(Grade.ELIGIBLE, "healthy"),
  UNCHECKED(Grade.ELIGIBLE, "unknown, and the pool has no health check"),
  UNKNOWN_AMONG_UNKNOWN(Grade.ELIGIBLE, "unknown, and no backend of the pool is healthy"),
  UNKNOWN_FOR_LONG(Grade.ELIGIBLE, "unknown for more than 10 s"),
  UNKNOWN_AND_NEW(Grade.IN_PANIC, "unknown: appeared less than 10 s ago"),
  UNHEALTHY(Grade.IN_PANIC, "unhealthy"),
  EJECTED(Grade.IN_PANIC, "ejected for failed requests"),
  OUTSIDE_SUBSET(Grade.NEVER, "not in the subset of this LB server"),
  ADDRESS_UNKNOWN(Grade.NEVER, "address unknown"),
  WEIGHT_ZERO(Grade.NEVER, "weight 0"),
  DRAINING(Grade.NEVER, "draining"),
  DISABLED(Grade.NEVER, "disabled");

  private enum Grade {
    ELIGIBLE,
    IN_PANIC,
    NEVER
  }

  private final Grade grade;
  private final String reason;

  Standing(Grade grade, String reason) {
    this.grade = grade;
    this.reason = reason;
  }

  /** Whether it may be picked when the pool is not in panic. */
  public boolean isEligible() {
    return grade == Grade.ELIGIBLE;
  }

  /** Whether it may be picked when the pool is in panic. */
  public boolean isEligibleInPanic() {
    return grade != Grade.NEVER;
  }

  /** For people, in a few words. */
  public String reason() {
    return reason;
  }
}
