package dev.ballast.verify;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Changes of pool {@code web} one after the other, as fast as they are applied: a member comes, and goes. */
final class Churn implements AutoCloseable {
  private final Deployment system;
  private final Map<String, String> backends;
  private final AtomicInteger changes = new AtomicInteger();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile Throwable failure;

  private Churn(Deployment system, Map<String, String> backends) {
    this.system = system;
    this.backends = backends;
    this.thread = Thread.ofVirtual().unstarted(this::run);
  }

  static Churn start(Deployment system, Map<String, String> backends) {
    var churn = new Churn(system, backends);
    churn.thread.start();
    return churn;
  }

  int changes() {
    return changes.get();
  }

  void awaitChanges(int count) {
    await(count + " changes")
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> failure != null || changes.get() >= count);
    orFail();
  }

  private void run() {
    var more = new TreeMap<>(backends);
    more.put("b9", backends.values().iterator().next());
    try {
      while (!stopping) {
        system.api().apply(Web.pools(changes.get() % 2 == 0 ? more : backends)).orFail();
        changes.incrementAndGet();
      }
      system.api().apply(Web.pools(backends)).orFail();
    } catch (RuntimeException | Error broken) {
      failure = broken;
    }
  }

  private void orFail() {
    if (failure != null) {
      throw new AssertionError("the configuration could not be changed", failure);
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    orFail();
  }
}
