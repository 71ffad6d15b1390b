package dev.ballast.model;

/** A sealed secret does not open here. The message reads on from its name: "is sealed under data key …"; the remedy is for people. */
public final class CannotOpen extends Exception {
  private static final long serialVersionUID = 1;

  private final String remedy;

  CannotOpen(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
