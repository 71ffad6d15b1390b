package dev.ballast.detection;

/** Makes opinions of one target's answers and silence: {@link Accrual} by suspicion, {@link Counting} by numbers in a row. Owned by one thread. */
sealed interface Detector permits Accrual, Counting {
  /** A probe goes out. Numbers grow. */
  void sent(long probe, long scheduledAt);

  /** A probe has come to an end: each that was sent does, once. */
  Opinion ended(long probe, Outcome outcome, long now);

  /** What the silence means now. */
  Opinion judge(long now);

  /** When {@link #judge} may have something to say if nothing comes until then; {@link Long#MAX_VALUE} if never. */
  long convictAt();

  /** When the target falls {@linkplain #isSilent silent} if nothing comes until then; {@link Long#MAX_VALUE} if never. */
  long silentAt();

  /** Whether an answer is overdue. */
  boolean isSilent(long now);

  /** Whether the target should be asked more often, on fresh connections: it is silent, or a failure waits to be confirmed. */
  boolean isSuspect(long now);

  /** Whether a failure is to be confirmed by a probe on a fresh connection, at once; no longer once that has been sent. */
  boolean wantsProof();

  /** Somebody else, as an LB server, had a good answer at {@code at}. */
  void vouched(long at);

  /** Somebody else, as an LB server, has given up on the target: a first failure, which the next probe may confirm. */
  void accused();

  /** Whether silence would have convicted if nobody else had heard the target. */
  boolean isDisputed(long now);

  /** The observer itself was not there between these two times. */
  void discount(long from, long to);

  /** How suspicious the silence is now, 0 or more. */
  double phi(long now);

  /** Answers whose delays are known, 0 where failures are only counted. */
  default int samples() {
    return 0;
  }

  /** Their mean; 0 where there is none. */
  default double meanNanos() {
    return 0;
  }
}
