package dev.ballast.detection;

/**
 * The simple rule of most load balancers: so many failures in a row, of whatever kind, are death. No suspicion, no proof on fresh
 * connections, no objections.
 */
final class Counting implements Detector {
  private static final Opinion UNDECIDED = new Opinion.Undecided();
  private static final Opinion ALIVE = new Opinion.Alive();

  private final int fall;
  private int failures;

  /**
   * Begins to count.
   *
   * @param fall failures in a row that convict, 1 to 100
   */
  Counting(int fall) {
    if (fall < 1 || fall > 100) {
      throw new IllegalArgumentException("fall must be 1 to 100, not " + fall);
    }
    this.fall = fall;
  }

  @Override
  public void sent(long probe, long scheduledAt) {
    // Only what comes of it counts.
  }

  @Override
  public Opinion ended(long probe, Outcome outcome, long now) {
    return switch (outcome) {
      case Outcome.Good _ -> {
        failures = 0;
        yield ALIVE;
      }
      case Outcome.Failed failed when failed.kind() == Outcome.Kind.NOT_ASKED -> UNDECIDED;
      case Outcome.Failed failed -> {
        failures++;
        yield failures < fall
            ? UNDECIDED
            : new Opinion.Dead(
                failed.kind() == Outcome.Kind.SILENT,
                0,
                failures == 1
                    ? failed.reason()
                    : failed.reason() + ", " + failures + " times in a row");
      }
    };
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
  public long suspectAt() {
    return Long.MAX_VALUE;
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
  public void discount(long from, long to) {
    // A probe that was slept through fails by its time-out, and counts once.
  }

  @Override
  public double phi(long now) {
    return 0;
  }
}
