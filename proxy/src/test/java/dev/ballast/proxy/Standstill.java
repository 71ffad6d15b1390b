package dev.ballast.proxy;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The moment when a sender gets nothing more off, because the proxy has stopped reading. */
final class Standstill {
  private static final int LOOKS = 4;

  private Standstill() {}

  /** Until reading was stopped at least that often, and the count has not moved for several looks in a row. */
  static void awaitOf(AtomicLong count, Proxy proxy, int pauses) {
    var last = new AtomicLong(-1);
    var still = new AtomicInteger();
    await("reading stops " + pauses + " times, and then nothing moves")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              boolean isStill =
                  count.get() == last.getAndSet(count.get())
                      && proxy.metric("ballast_proxy_read_pauses_total") >= pauses;
              return (isStill ? still.incrementAndGet() : still.updateAndGet(n -> 0)) == LOOKS;
            });
  }
}
