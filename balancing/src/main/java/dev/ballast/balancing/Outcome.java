package dev.ballast.balancing;

/** How an exchange with a backend ended, as far as the backend is concerned. */
public enum Outcome {
  /** It answered. */
  ANSWERED,
  /** It refused, failed or kept silent. */
  FAILED,
  /** The client left first: says nothing about the backend. */
  CANCELLED
}
