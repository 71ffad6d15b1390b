package dev.ballast.locks;

/**
 * The engine did not answer, or said that it can't: whether the call took effect is not known. What was asked for may be
 * asked for again; {@link Locks} gives up the lease whose claim it is not sure of.
 */
public final class EngineUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineUnavailable(String message, Throwable cause) {
    super(message, cause);
  }

  public EngineUnavailable(String message) {
    super(message);
  }
}
