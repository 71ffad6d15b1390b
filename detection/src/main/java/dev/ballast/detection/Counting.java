package dev.ballast.detection;

/**
 * The simple rule of most load balancers: so many failures in a row, of whatever kind, are death. No suspicion, no proof on fresh
 * connections, no objections. Only what the observer itself slept through is left out.
 */
final class Counting implements Detector {
  private static final Opinion UNDECIDED = new Opinion.Undecided();
  private static final Opinion ALIVE = new Opinion.Alive();

  private final int fall;
  private int failures;
  private boolean isSilent;
  private long last;
  private long doubtfulUpTo = -1;

  /**
   * Begins to count.
   *
   * @param fall failures in a row that convict, 1 to 100
   */
  Counting(int fall) {
    this.fall = fall;
  }

  @Override
  public void sent(long probe, long scheduledAt) {
    last = probe;
  }

  @Override
  public Opinion ended(long probe, Outcome outcome, long now) {
    return switch (outcome) {
      case Outcome.Good _ -> {
        failures = 0;
        isSilent = false;
        yield ALIVE;
      }
      case Outcome.Failed failed -> failed(probe, failed);
    };
  }

  private Opinion failed(long probe, Outcome.Failed failed) {
    isSilent = failed.kind() == Outcome.Kind.SILENT;
    if (failed.kind() == Outcome.Kind.NOT_ASKED || (isSilent && probe - doubtfulUpTo <= 0)) {
      isSilent = false;
      return UNDECIDED;
    }
    failures++;
    if (failures < fall) {
      return UNDECIDED;
    }
    String reason =
        failures == 1 ? failed.reason() : failed.reason() + ", " + failures + " times in a row";
    return new Opinion.Dead(isSilent, 0, reason);
  }

  @Override
  public Opinion judge(long now) {
    return UNDECIDED;
  }

  @Override
  public long convictAt() {
    return Long.MAX_VALUE;
  }

  @Override
  public long silentAt() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean isSilent(long now) {
    return isSilent;
  }

  @Override
  public boolean isSuspect(long now) {
    return false;
  }

  @Override
  public boolean wantsProof() {
    return false;
  }

  @Override
  public void vouched(long at) {
    // Numbers in a row are what was asked for.
  }

  @Override
  public void accused() {
    // Only its own probes count.
  }

  @Override
  public boolean isDisputed(long now) {
    return false;
  }

  @Override
  public void discount(long from, long to) {
    doubtfulUpTo = last;
  }

  @Override
  public double phi(long now) {
    return 0;
  }
}
