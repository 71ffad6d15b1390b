package dev.ballast.configdb;

/** The database could not do it now, and has done nothing of it; the message says why. Trying again later is safe. */
public final class DatabaseUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DatabaseUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
