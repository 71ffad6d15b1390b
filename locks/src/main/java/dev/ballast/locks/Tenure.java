package dev.ballast.locks;

import java.util.function.BooleanSupplier;

/**
 * An {@link Ownership} as the membership has it: valid as long as the lease is and it was not ended.
 *
 * <p>Safe for use by many threads.
 */
final class Tenure implements Ownership {
  private final Partition partition;
  private final String lock;
  private final long token;
  private final BooleanSupplier isLeaseMine;
  private boolean isBegun;
  private volatile boolean isOver;

  Tenure(Partition partition, String lock, long token, BooleanSupplier isLeaseMine) {
    this.partition = partition;
    this.lock = lock;
    this.token = token;
    this.isLeaseMine = isLeaseMine;
  }

  @Override
  public Partition partition() {
    return partition;
  }

  @Override
  public String lock() {
    return lock;
  }

  @Override
  public long token() {
    return token;
  }

  @Override
  public boolean isStillMine() {
    return !isOver && isLeaseMine.getAsBoolean();
  }

  /** Notes that the listener hears of it now; false if it is over already, and then it should not. */
  synchronized boolean begin() {
    isBegun = !isOver;
    return isBegun;
  }

  /** Whether it has begun and is not over. */
  synchronized boolean isRunning() {
    return isBegun && !isOver;
  }

  /** Ends it; true if that ends what had begun. */
  synchronized boolean end() {
    boolean wasRunning = isRunning();
    isOver = true;
    return wasRunning;
  }

  @Override
  public String toString() {
    return partition.name() + " with token " + token;
  }
}
