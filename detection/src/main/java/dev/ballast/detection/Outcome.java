package dev.ballast.detection;

/** What came of a probe. */
public sealed interface Outcome {
  /**
   * The answer that was wanted.
   *
   * @param latencyNanos from sending to the answer's end
   */
  record Good(long latencyNanos) implements Outcome {}

  /**
   * Anything else.
   *
   * @param reason for people: {@code status 503, wanted 200–299}
   */
  record Failed(Kind kind, String reason) implements Outcome {}

  /** Kinds of failure, by what they prove. */
  enum Kind {
    /** The port is closed: the host lives and nobody listens. Proof at once. */
    REFUSED,
    /** The connection broke: proof if it happens twice. */
    BROKEN,
    /** An answer, but not the wanted one: proof if it happens twice. */
    WRONG,
    /**
     * No answer within the time-out, or no way to the host, which may be the fault of the observer's own cable. No proof of anything: how
     * suspicious it is depends on how long it lasts.
     */
    SILENT,
    /** The prober itself could not ask, as for want of file descriptors: says nothing about the target. */
    NOT_ASKED
  }
}
