package dev.ballast.model;

/** A sealed secret does not open here. The message reads on from its name: "is sealed under data key …". */
public final class CannotOpen extends Exception {
  private static final long serialVersionUID = 1;

  CannotOpen(String message) {
    super(message);
  }
}
