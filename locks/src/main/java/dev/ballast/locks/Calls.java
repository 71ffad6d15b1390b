package dev.ballast.locks;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls to a group's listener: in a line for each partition, so that one which hangs holds up its own partition and no
 * other. Lines outlive memberships: who joins again after a loss does not begin with a partition while the old call still runs.
 *
 * <p>Safe for use by many threads.
 */
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
  private static final Executor THREADS =
      action -> Thread.ofVirtual().name("ballast-partition").start(action);

  private final Map<Integer, CompletableFuture<Void>> lines = new ConcurrentHashMap<>();
  private final PartitionListener listener;
  private final Tally tally;

  Calls(PartitionListener listener, Tally tally) {
    this.listener = listener;
    this.tally = tally;
  }

  void assigned(Tenure tenure) {
    inLine(
        tenure,
        () -> {
          if (tenure.isStillMine() && tenure.begin()) {
            tally.assigned.increment();
            call(listener::assigned, tenure);
          }
        });
  }

  /** Has it stop, then runs {@code then}. */
  void revoked(Tenure tenure, Runnable then) {
    inLine(
        tenure,
        () -> {
          if (tenure.isRunning()) {
            call(listener::revoked, tenure);
          }
          if (tenure.end()) {
            tally.revoked.increment();
          }
          then.run();
        });
  }

  /** Ends it without waiting for what runs, which the next in line still does. */
  void lost(Tenure tenure) {
    if (tenure.end()) {
      tally.lost.increment();
      var told = CompletableFuture.runAsync(() -> call(listener::lost, tenure), THREADS);
      lines.merge(tenure.partition().index(), told, CompletableFuture::allOf);
    }
  }

  private void inLine(Tenure tenure, Runnable call) {
    lines.compute(
        tenure.partition().index(),
        (_, line) ->
            line == null || line.isDone()
                ? CompletableFuture.runAsync(call, THREADS)
                : line.thenRunAsync(call, THREADS));
  }

  private void call(Consumer<Ownership> method, Tenure tenure) {
    try {
      method.accept(tenure);
    } catch (RuntimeException e) {
      tally.listenerFailures.increment();
      LOG.warn("The listener of partition {} failed", tenure, e);
    }
  }
}
