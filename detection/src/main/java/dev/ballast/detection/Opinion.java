package dev.ballast.detection;

/** What a detector makes of its target after it has learnt something. */
sealed interface Opinion {
  /** Nothing that would change a verdict. */
  record Undecided() implements Opinion {}

  /** A good answer. */
  record Alive() implements Opinion {}

  /**
   * The target does not do its work.
   *
   * @param isSilence whether only silence says so: then others who hear the target may object, and many at once make the observer
   *     suspect
   * @param phi at this moment
   * @param reason for people
   */
  record Dead(boolean isSilence, double phi, String reason) implements Opinion {}
}
