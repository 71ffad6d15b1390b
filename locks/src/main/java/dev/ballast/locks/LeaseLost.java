package dev.ballast.locks;

/** The lease has run out, was closed or its lock was broken: nothing of it may be relied on. */
public final class LeaseLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LeaseLost(String message) {
    super(message);
  }
}
