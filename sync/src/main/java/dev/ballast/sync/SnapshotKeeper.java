package dev.ballast.sync;

import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the file of the last good snapshot up to date, off the path on which snapshots are used: at most one write a second,
 * of the latest snapshot, and only when its items changed. Thread-safe.
 */
final class SnapshotKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);
  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final SnapshotFile file;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Snapshot pending;
  private String writtenChecksum = "";
  private boolean isClosed;

  SnapshotKeeper(SnapshotFile file) {
    this.file = file;
    this.thread = Thread.ofVirtual().name("snapshot-keeper").start(this::run);
  }

  /** The snapshot is on disk already. */
  void alreadyKept(Snapshot snapshot) {
    locked(() -> writtenChecksum = snapshot.checksum());
  }

  void keep(Snapshot snapshot) {
    locked(
        () -> {
          pending = snapshot;
          changed.signalAll();
        });
  }

  private void run() {
    try {
      while (true) {
        @Nullable Snapshot next = await();
        if (next == null) {
          return;
        }
        write(next);
        pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next snapshot to write; null when closed and nothing is left to write. */
  private @Nullable Snapshot await() throws InterruptedException {
    lock.lock();
    try {
      while (pending == null && !isClosed) {
        changed.await();
      }
      var next = pending;
      pending = null;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void write(Snapshot snapshot) {
    if (snapshot.checksum().equals(writtenChecksum)) {
      return;
    }
    try {
      file.write(snapshot);
      writtenChecksum = snapshot.checksum();
    } catch (IOException e) {
      LOG.warn("The last good snapshot can't be written to {}: {}", file.path(), e.toString());
    }
  }

  private void pause() throws InterruptedException {
    lock.lock();
    try {
      long left = SHORTEST_INTERVAL.toNanos();
      while (!isClosed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is left to write. */
  @Override
  public void close() {
    locked(
        () -> {
          isClosed = true;
          changed.signalAll();
        });
    try {
      thread.join(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
