package dev.ballast.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Hands on what comes, from any thread, in batches on one: the last of each key only, so that it holds no more than there are keys.
 *
 * <p>The first of a batch waits 10 ms for others, or, where batches take long, four times as long as the last one took, 250 ms at most: so a
 * storm takes a fifth of the thread's time.
 *
 * @param <T> what is gathered
 */
final class Gathering<T> {
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int RESTS = 4;

  private final ScheduledExecutorService thread;
  private final LongSupplier nanos;
  private final Consumer<List<T>> taking;
  private final Map<String, T> waiting = new LinkedHashMap<>();
  private long restNanos = SHORTEST_NANOS;

  /** @param taking called on {@code thread} with at least one */
  Gathering(ScheduledExecutorService thread, LongSupplier nanos, Consumer<List<T>> taking) {
    this.thread = thread;
    this.nanos = nanos;
    this.taking = taking;
  }

  synchronized void add(String key, T one) {
    boolean isFirst = waiting.isEmpty();
    waiting.remove(key);
    waiting.put(key, one);
    if (isFirst) {
      try {
        var _ = thread.schedule(this::take, restNanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException _) {
        waiting.clear(); // The thread has ended: nobody wants it any more.
      }
    }
  }

  private void take() {
    long began = nanos.getAsLong();
    try {
      taking.accept(taken());
    } finally {
      rest(nanos.getAsLong() - began);
    }
  }

  private synchronized List<T> taken() {
    var all = new ArrayList<>(waiting.values());
    waiting.clear();
    return all;
  }

  private synchronized void rest(long tookNanos) {
    restNanos = Math.clamp(RESTS * tookNanos, SHORTEST_NANOS, LONGEST_NANOS);
  }
}
