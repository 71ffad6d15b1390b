package dev.ballast.proxy;

import dev.ballast.model.Revision;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which revision is in use, and the place to wait for one. Safe for all threads; those that wait are bounded in number. */
final class RevisionGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Semaphore seats;
  private final AtomicLong refused = new AtomicLong();
  private volatile @Nullable Revision current;

  RevisionGate(int waitingLimit) {
    this.seats = new Semaphore(waitingLimit);
  }

  @Nullable Revision current() {
    return current;
  }

  /** Wakes those who wait for it. */
  void open(Revision revision) {
    lock.lock();
    try {
      current = revision;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a waiter may sit down; if so it must {@link #leave}. */
  boolean enter() {
    boolean hasSeat = seats.tryAcquire();
    if (!hasSeat) {
      refused.incrementAndGet();
    }
    return hasSeat;
  }

  /** How many were turned away because too many waited. */
  long refused() {
    return refused.get();
  }

  void leave() {
    seats.release();
  }

  /** Waits until the revision or a later one of its epoch is in use; false if that takes too long. */
  boolean await(Revision wanted, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (!isReached(wanted)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isReached(Revision wanted) {
    Revision now = current;
    return now != null && now.isAtLeast(wanted);
  }
}
