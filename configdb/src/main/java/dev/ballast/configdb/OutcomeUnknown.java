package dev.ballast.configdb;

/**
 * The connection broke during COMMIT, and nobody could be asked afterwards: the change is in as a whole, or not at all.
 * Repeating the same apply is safe.
 */
public final class OutcomeUnknown extends RuntimeException {
  private static final long serialVersionUID = 1;

  public OutcomeUnknown(String message, Throwable cause) {
    super(message, cause);
  }
}
