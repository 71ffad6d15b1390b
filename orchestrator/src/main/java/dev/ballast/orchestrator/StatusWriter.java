package dev.ballast.orchestrator;

import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.Observation;
import dev.ballast.configdb.Observed;
import dev.ballast.configdb.OutcomeUnknown;
import dev.ballast.model.Revision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes statuses in batches, one after the other, and keeps what can't be written until it can. Of several for one subject the
 * latest is written.
 *
 * <p>Limit: {@value WaitingStatuses#BATCH_LIMIT} statuses in a batch; what waits is bounded by the number of subjects. Thread-safe.
 */
final class StatusWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final Duration LAST_WRITE = Duration.ofSeconds(5);

  private final Statuses statuses;
  private final Listener listener;
  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final WaitingStatuses waiting = new WaitingStatuses();
  private final Thread thread;
  private WriteCounters counters = WriteCounters.NONE;
  private String trouble = "";
  private boolean isClosed;

  /** Hears what was written, on the writer's thread. */
  @FunctionalInterface
  interface Listener {
    void settled(List<Observation> written, Revision revision);
  }

  StatusWriter(Statuses statuses, Listener listener, LongSupplier nanos) {
    this.statuses = statuses;
    this.listener = listener;
    this.nanos = nanos;
    this.thread = Thread.ofVirtual().name("ballast-statuses").start(this::run);
  }

  /** Writes a status soon, in place of an earlier one of the same subject that still waits. */
  void offer(Observation observation) {
    lock.lock();
    try {
      waiting.offer(observation);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing waits any more, for so long at most. */
  boolean awaitIdle(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (waiting.size() > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
      return waiting.size() == 0;
    } finally {
      lock.unlock();
    }
  }

  WriteCounters counters() {
    lock.lock();
    try {
      return counters.with(waiting.size(), trouble);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (List<Observation> batch = next(); !batch.isEmpty(); batch = next()) {
        write(batch);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is to be written now; empty when closed and done, or when the last try has failed. */
  private List<Observation> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      for (long left = left(); left > 0 && !isClosed; left = left()) {
        if (left == Long.MAX_VALUE) {
          changed.await();
        } else {
          changed.awaitNanos(left);
        }
      }
      return isClosed && waiting.hasFailed() ? List.of() : waiting.take(nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  private long left() {
    return waiting.left(nanos.getAsLong());
  }

  private void write(List<Observation> batch) {
    try {
      Observed observed = statuses.write(batch);
      listener.settled(batch, observed.applied().revision());
      done(batch.size(), observed);
    } catch (DatabaseUnavailable | OutcomeUnknown failure) {
      failed(batch.size(), String.valueOf(failure.getMessage()));
    } catch (Throwable mistake) {
      LOG.error("{} statuses can't be written", batch.size(), mistake);
      failed(batch.size(), mistake.toString());
    }
  }

  private void done(int size, Observed observed) {
    if (observed.stale() > 0) {
      LOG.warn(
          "{} of {} statuses were not written: their shares belong to others by now",
          observed.stale(),
          size);
    }
    lock.lock();
    try {
      if (!trouble.isEmpty()) {
        LOG.info("Statuses are written again");
      }
      trouble = "";
      counters = counters.written(size, observed.stale(), observed.gone());
      waiting.written(nanos.getAsLong());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void failed(int size, String why) {
    lock.lock();
    try {
      if (!why.equals(trouble)) {
        LOG.warn("{} statuses wait to be written: {}", size, why);
      }
      trouble = why;
      counters = counters.failed();
      waiting.failed(nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** Ends it: what can't be written at the first try now is left to whoever owns the share next. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(LAST_WRITE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
