package dev.ballast.verify;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What went wrong, and how often. Thread-safe; bounded by the number of different texts, of which the first 100 are kept. */
final class Failures {
  private static final int TEXTS = 100;

  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
  private final LongAdder total = new LongAdder();

  void add(InetSocketAddress server, String text) {
    total.increment();
    String key = server.getAddress().getHostAddress() + ": " + text;
    if (counts.size() < TEXTS) {
      counts.computeIfAbsent(key, _ -> new LongAdder()).increment();
    }
  }

  long total() {
    return total.sum();
  }

  void orFail() {
    if (total() > 0) {
      throw new AssertionError(total() + " failed: " + this);
    }
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
