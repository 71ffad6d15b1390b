package dev.ballast.orchestrator;

import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.Observation;
import dev.ballast.configdb.Observed;
import dev.ballast.configdb.OutcomeUnknown;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Revision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes statuses in batches, one after the other, and keeps what can't be written until it can. Of several for one subject the
 * latest is written.
 *
 * <p>Limit: {@value #BATCH_LIMIT} statuses in a batch; what waits is bounded by the number of subjects. Thread-safe.
 */
final class StatusWriter implements AutoCloseable {
  static final int BATCH_LIMIT = 5_000;

  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final long FIRST_RETRY = Duration.ofMillis(100).toNanos();
  private static final Duration LAST_WRITE = Duration.ofSeconds(5);
  private static final long LAST_RETRY = Duration.ofSeconds(2).toNanos();

  private final Statuses statuses;
  private final Listener listener;
  private final LongSupplier nanos;
  private final BatchPace pace = new BatchPace();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<ItemKey, Observation> waiting = new LinkedHashMap<>();
  private final Thread thread;
  private WriteCounters counters = WriteCounters.NONE;
  private String trouble = "";
  private int underWay;
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
      waiting.put(observation.status().key(), observation);
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
      while (!isIdle() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return isIdle();
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle() {
    return waiting.isEmpty() && underWay == 0;
  }

  WriteCounters counters() {
    lock.lock();
    try {
      return counters.with(waiting.size() + underWay, trouble);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    long retry = FIRST_RETRY;
    try {
      while (true) {
        List<Observation> batch = next();
        if (batch.isEmpty()) {
          return;
        }
        if (write(batch)) {
          retry = FIRST_RETRY;
        } else {
          pause(retry);
          retry = Math.min(2 * retry, LAST_RETRY);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is to be written now; empty when closed and done. */
  private List<Observation> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty()) {
        if (isClosed) {
          return List.of();
        }
        changed.await();
      }
      for (long left = pace.left(nanos.getAsLong()); left > 0 && !isClosed; ) {
        left = changed.awaitNanos(left);
      }
      var batch = new ArrayList<Observation>();
      var each = waiting.values().iterator();
      while (each.hasNext() && batch.size() < BATCH_LIMIT) {
        batch.add(each.next());
        each.remove();
      }
      underWay = batch.size();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private boolean write(List<Observation> batch) {
    try {
      Observed observed = statuses.write(batch);
      pace.wrote(nanos.getAsLong());
      listener.settled(batch, observed.applied().revision());
      done(batch.size(), observed);
      return true;
    } catch (DatabaseUnavailable | OutcomeUnknown failure) {
      failed(batch, String.valueOf(failure.getMessage()));
      return false;
    } catch (RuntimeException mistake) {
      LOG.error("{} statuses can't be written", batch.size(), mistake);
      failed(batch, mistake.toString());
      return false;
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
      underWay = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void failed(List<Observation> batch, String why) {
    lock.lock();
    try {
      if (!why.equals(trouble)) {
        LOG.warn("{} statuses wait to be written: {}", batch.size(), why);
      }
      trouble = why;
      counters = counters.failed();
      batch.forEach(one -> waiting.putIfAbsent(one.status().key(), one));
      underWay = 0;
    } finally {
      lock.unlock();
    }
  }

  private void pause(long length) throws InterruptedException {
    lock.lock();
    try {
      for (long left = length; left > 0 && !isClosed; ) {
        left = changed.awaitNanos(left);
      }
      if (isClosed) {
        waiting.clear();
      }
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
