package dev.ballast.verify;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many answers came from which backend through which LB server. Thread-safe. */
final class Tally {
  private final Map<InetSocketAddress, Map<String, LongAdder>> counts = new ConcurrentHashMap<>();

  void add(InetSocketAddress server, String backend) {
    counts
        .computeIfAbsent(server, _ -> new ConcurrentHashMap<>())
        .computeIfAbsent(backend, _ -> new LongAdder())
        .increment();
  }

  long total() {
    return counts.keySet().stream().mapToLong(this::total).sum();
  }

  long total(InetSocketAddress server) {
    return of(server).values().stream().mapToLong(LongAdder::sum).sum();
  }

  long count(InetSocketAddress server, String backend) {
    LongAdder count = of(server).get(backend);
    return count == null ? 0 : count.sum();
  }

  /** The farthest that any of these backends is from an equal share of what went through the LB server. */
  double farthestFromEven(InetSocketAddress server, java.util.Collection<String> backends) {
    double even = (double) total(server) / backends.size();
    return backends.stream()
        .mapToDouble(backend -> Math.abs(count(server, backend) - even))
        .max()
        .orElseThrow();
  }

  private Map<String, LongAdder> of(InetSocketAddress server) {
    return counts.getOrDefault(server, Map.of());
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
