package dev.ballast.configdb;

/** The embedded PostgreSQL could not be started; the message says why and what to do about it. */
public final class DatabaseStartFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseStartFailed(String message) {
    super(message);
  }

  DatabaseStartFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
