package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A queue in this process's memory: for tests, and to begin with. Holds at most a million messages.
 *
 * <p>Safe for use by many threads.
 */
public final class MemoryQueue implements MessageQueue {
  private static final int MOST = 1_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Ticker ticker;

  // Guarded by lock.
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<Message> dead = new ArrayList<>();
  private final Map<FenceName, Long> fences = new HashMap<>();
  private long lastId;

  private record Entry(Message message, long since) {}

  private record FenceName(String group, int partition) {}

  public MemoryQueue(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Adds a message at the end.
   *
   * @return its id
   * @throws IllegalStateException if the queue is full
   */
  public String add(String key, byte[] body) {
    return with(
        () -> {
          if (entries.size() >= MOST) {
            throw new IllegalStateException("the queue holds " + MOST + " messages: no more fit");
          }
          String id = Long.toString(++lastId);
          entries.put(id, new Entry(new Message(id, key, body, 0), ticker.nanos()));
          return id;
        });
  }

  /** Messages that failed too often. */
  public List<Message> dead() {
    return with(() -> List.copyOf(dead));
  }

  @Override
  public String name() {
    return "this process's memory";
  }

  @Override
  public boolean fence(Fence fence) {
    return with(() -> isFresh(fence));
  }

  private boolean isFresh(Fence fence) {
    var name = new FenceName(fence.group(), fence.partition());
    return fences.merge(name, fence.token(), Math::max) == fence.token();
  }

  @Override
  public List<Message> peek(Set<Integer> partitions, int count, Set<String> skip, int limit) {
    return with(
        () ->
            entries.values().stream()
                .map(Entry::message)
                .filter(message -> !skip.contains(message.id()))
                .filter(message -> partitions.contains(partition(message, count)))
                .limit(limit)
                .toList());
  }

  private static int partition(Message message, int count) {
    return Message.partition(message.key().isEmpty() ? message.id() : message.key(), count);
  }

  @Override
  public boolean acknowledge(Message message, Fence fence) {
    return with(
        () -> {
          boolean isFresh = isFresh(fence);
          if (isFresh) {
            entries.remove(message.id());
          }
          return isFresh;
        });
  }

  @Override
  public Rejection reject(Message message, Fence fence, int maxFailures, String why) {
    return with(
        () -> {
          if (!isFresh(fence)) {
            return Rejection.STALE;
          }
          var entry = entries.get(message.id());
          if (entry == null) {
            return Rejection.KEPT;
          }
          var failed =
              new Message(
                  message.id(),
                  message.key(),
                  message.body(),
                  Math.max(entry.message.failures(), message.failures() + 1));
          if (failed.failures() < maxFailures) {
            entries.put(message.id(), new Entry(failed, entry.since));
            return Rejection.KEPT;
          }
          entries.remove(message.id());
          dead.add(failed);
          return Rejection.DEAD;
        });
  }

  @Override
  public Lag lag() {
    return with(
        () -> {
          var oldest =
              entries.isEmpty()
                  ? Duration.ZERO
                  : Duration.ofNanos(ticker.nanos() - entries.values().iterator().next().since);
          return new Lag(entries.size(), oldest);
        });
  }

  private <T> T with(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
