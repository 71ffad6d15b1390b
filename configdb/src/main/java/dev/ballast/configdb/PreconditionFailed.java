package dev.ballast.configdb;

/** The resource is not at the revision that the request expects (If-Match). */
public final class PreconditionFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PreconditionFailed(String message) {
    super(message);
  }
}
