package dev.ballast.configdb;

/** The resource that a request is about is not there. */
public final class NotFound extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotFound(String message) {
    super(message);
  }
}
