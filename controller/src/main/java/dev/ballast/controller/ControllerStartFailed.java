package dev.ballast.controller;

/** The controller cannot start as it is told to; the message says why, and what to do. */
public final class ControllerStartFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  ControllerStartFailed(String message) {
    super(message);
  }

  ControllerStartFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
