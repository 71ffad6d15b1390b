package dev.ballast.model;

/** What people want of a backend or an LB server; from the mildest to the strictest. */
public enum AdminState {
  /** Takes new work. */
  ENABLED,
  /** Takes no new work, finishes what it has. */
  DRAINING,
  /** Takes no work at all. */
  DISABLED;

  public AdminState stricter(AdminState other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
