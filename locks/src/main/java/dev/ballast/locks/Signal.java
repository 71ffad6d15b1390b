package dev.ballast.locks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A bell that is never missed: one that rings while nobody waits is heard by the next who does. */
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition rung = lock.newCondition();
  private boolean isRung;

  void ring() {
    lock.lock();
    try {
      isRung = true;
      rung.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the bell, at most {@code nanos}, and silences it.
   *
   * @return whether it rang
   */
  boolean await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (!isRung && left > 0) {
        left = rung.awaitNanos(left);
      }
      boolean wasRung = isRung;
      isRung = false;
      return wasRung;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the bell for as long as it takes. */
  void await() throws InterruptedException {
    while (!await(TimeUnit.DAYS.toNanos(1))) {
      // On to the next day.
    }
  }
}
