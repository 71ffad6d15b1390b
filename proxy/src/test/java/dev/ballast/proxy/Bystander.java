package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that does nothing wrong while others do: one request after another over one connection, each of them timed. What
 * hostile clients cost the rest, and what they cost in memory, shows here.
 */
final class Bystander implements AutoCloseable {
  private static final long UNHARMED_MILLIS = 750;
  private static final int WARM_UP = 200;

  private final RawClient client;
  private final Thread thread;
  private final List<Long> nanos = new ArrayList<>();
  private final long memoryBefore;
  private long mostMemory;
  private volatile boolean isOver;
  private volatile Throwable failure;

  private Bystander(RawClient client) {
    this.client = client;
    for (int i = 0; i < WARM_UP; i++) {
      ask();
    }
    memoryBefore = directMemory();
    this.thread = Thread.ofPlatform().start(this::askOnAndOn);
  }

  static Bystander of(Proxy proxy) {
    return new Bystander(proxy.client());
  }

  private void askOnAndOn() {
    try {
      while (!isOver) {
        long start = System.nanoTime();
        ask();
        nanos.add(System.nanoTime() - start);
        mostMemory = Math.max(mostMemory, directMemory() - memoryBefore);
      }
    } catch (AssertionError | RuntimeException e) {
      failure = e;
    }
  }

  private void ask() {
    assertThat(client.get("/").read().status()).isEqualTo(200);
  }

  private static long directMemory() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  /** Ends, prints how it fared, and fails if that was not well. */
  void assertUnharmed(String what, long mostBytes) throws InterruptedException {
    isOver = true;
    thread.join();
    List<Long> sorted = nanos.stream().sorted().toList();
    double p50 = sorted.get(sorted.size() / 2) / 1e6;
    double p99 = sorted.get(sorted.size() * 99 / 100) / 1e6;
    System.out.printf(
        "%s: a client that does nothing wrong was served %d times, p50 %.2f ms, p99 %.2f ms, at most %.2f ms; direct memory +%d KiB at most%n",
        what, sorted.size(), p50, p99, sorted.getLast() / 1e6, mostMemory / 1024);
    assertThat(failure).as(what).isNull();
    assertThat(p99).as("p99 in ms during " + what).isLessThan(UNHARMED_MILLIS);
    assertThat(mostMemory).as("direct memory during " + what).isLessThan(mostBytes);
  }

  @Override
  public void close() {
    isOver = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
