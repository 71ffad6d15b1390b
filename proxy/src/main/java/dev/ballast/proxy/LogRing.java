package dev.ballast.proxy;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whole lines on their way from one event loop to the writer of the access log: one thread adds, one takes, and neither waits for
 * the other. Its memory is taken when the first line comes.
 */
final class LogRing {
  private final int capacity;
  private final LogWriter writer;

  /** All that was ever taken, and added, in bytes. */
  private final AtomicLong taken = new AtomicLong();

  private final AtomicLong added = new AtomicLong();
  private volatile byte @Nullable [] bytes;

  LogRing(int capacity, LogWriter writer) {
    this.capacity = capacity;
    this.writer = writer;
  }

  /** Adds a line; false if there is no room for it. Called on the loop. */
  boolean offer(byte[] line, int length) {
    long end = added.getPlain();
    long waiting = end - taken.getAcquire();
    if (waiting + length > capacity) {
      return false;
    }
    byte[] ring = bytes;
    if (ring == null) {
      ring = new byte[capacity];
      bytes = ring;
    }
    int at = (int) (end % capacity);
    int first = Math.min(length, capacity - at);
    System.arraycopy(line, 0, ring, at, first);
    System.arraycopy(line, first, ring, 0, length - first);
    added.set(end + length);
    writer.added(2 * (waiting + length) > capacity);
    return true;
  }

  boolean isEmpty() {
    return added.get() == taken.getPlain();
  }

  /** Takes all that is there, in whole lines; answers how many bytes. Called by the writer. */
  int take(byte[] into) {
    byte[] ring = bytes;
    long start = taken.getPlain();
    int length = (int) (added.getAcquire() - start);
    if (ring == null || length == 0) {
      return 0;
    }
    int at = (int) (start % capacity);
    int first = Math.min(length, capacity - at);
    System.arraycopy(ring, at, into, 0, first);
    System.arraycopy(ring, 0, into, first, length - first);
    taken.setRelease(start + length);
    return length;
  }
}
