package dev.ballast.locks;

/** The time to wait for a lock has passed; nothing is held and nothing waits any more. */
public final class NotAcquired extends Exception {
  private static final long serialVersionUID = 1L;

  public NotAcquired(String message) {
    super(message);
  }
}
