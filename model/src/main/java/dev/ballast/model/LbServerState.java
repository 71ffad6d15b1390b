package dev.ballast.model;

/** What was observed of an LB server. */
public enum LbServerState {
  /** It answers, and has what it needs to serve. */
  READY,
  /** It answers, and says that it can't serve. */
  NOT_READY,
  /** It answers and serves, with a configuration that it has not been able to bring up to date. */
  STALE,
  /** It does not answer. */
  DEAD
}
