package dev.ballast.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been started, to be stopped in the opposite order: once, and also what is started while the stop is under way.
 * Thread-safe.
 */
final class ClosingStack implements AutoCloseable {
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private volatile boolean isClosed;

  /** Remembers it, or, when everything has been stopped already, stops it at once. */
  <T extends AutoCloseable> T add(T one) {
    synchronized (this) {
      if (!isClosed) {
        started.push(one);
        return one;
      }
    }
    stop(one);
    return one;
  }

  /** Returns when everything has been stopped; a second caller waits for the first. */
  @Override
  public synchronized void close() {
    isClosed = true;
    while (!started.isEmpty()) {
      stop(started.pop());
    }
  }

  /** Whether the stop has at least begun. */
  boolean isClosed() {
    return isClosed;
  }

  private static void stop(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception failure) {
      System.err.println("ballast: did not stop cleanly: " + failure);
    }
  }
}
