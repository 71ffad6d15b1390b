package dev.ballast.sync;

/** A controller did not answer as hoped. */
final class Unanswered extends Exception {
  private static final long serialVersionUID = 1;

  /** What to do about it. */
  enum Remedy {
    /** Try again, perhaps another controller. */
    RETRY,
    /** The controller can't continue from our revision: list. */
    LIST,
    /** The token is refused: try again slowly, somebody has to mend it. */
    MEND
  }

  private final Remedy remedy;

  Unanswered(Remedy remedy, String message) {
    super(message);
    this.remedy = remedy;
  }

  String why() {
    return String.valueOf(getMessage());
  }

  Remedy remedy() {
    return remedy;
  }
}
