package dev.ballast.detection;

/** Makes opinions of one target's answers and silence: {@link Accrual} by suspicion, {@link Counting} by numbers in a row. Owned by one thread. */
sealed interface Detector permits Accrual, Counting {
  /** A probe goes out. Numbers grow. */
  void sent(long probe, long scheduledAt);

  /** A probe has come to an end. */
  Opinion ended(long probe, Outcome outcome, long now);

  /** What the silence means now. */
  Opinion judge(long now);

  /** When {@link #judge} may have something to say if nothing comes until then; {@link Long#MAX_VALUE} if never. */
  long convictAt();

  /** When the target becomes suspect if nothing comes until then; {@link Long#MAX_VALUE} if never. */
  long suspectAt();

  boolean isSuspect(long now);

  /** Whether a failure waits to be confirmed by a probe on a fresh connection, at once. */
  boolean wantsProof();

  /** Somebody else, as an LB server, had a good answer at {@code at}. */
  void vouched(long at);

  /** The observer itself was not there between these two times. */
  void discount(long from, long to);

  /** How suspicious the silence is now, 0 or more. */
  double phi(long now);
}
