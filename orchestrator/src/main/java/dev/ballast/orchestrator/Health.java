package dev.ballast.orchestrator;

import dev.ballast.detection.Probing;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether this orchestrator still works: a lease is renewed by a thread of its own, so one that holds its shares and does nothing with them would
 * look well to all others. Thread-safe.
 */
final class Health {
  private static final long PATIENCE_SECONDS = 2;

  private final DeskLoop loop;
  private final Probing probing;

  Health(DeskLoop loop, Probing probing) {
    this.loop = loop;
    this.probing = probing;
  }

  /** What does not work, or empty; after {@value #PATIENCE_SECONDS} s for each part at the latest. */
  String trouble() throws InterruptedException {
    try {
      var desk = loop.call(Desk::size);
      var prober = probing.counters();
      String trouble = trouble("the desk, where all is decided,", desk);
      return trouble.isEmpty() ? trouble("the prober", prober) : trouble;
    } catch (RejectedExecutionException _) {
      return "the prober has ended";
    }
  }

  private static String trouble(String part, Future<?> answer) throws InterruptedException {
    try {
      answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return "";
    } catch (TimeoutException _) {
      return part + " has not answered for " + PATIENCE_SECONDS + " s";
    } catch (ExecutionException e) {
      return part + " fails: " + e.getCause();
    }
  }
}
