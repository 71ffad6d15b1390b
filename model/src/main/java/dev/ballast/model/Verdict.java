package dev.ballast.model;

/** What was observed of a backend. */
public enum Verdict {
  UNKNOWN,
  HEALTHY,
  UNHEALTHY
}
