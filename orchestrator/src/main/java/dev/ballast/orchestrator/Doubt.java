package dev.ballast.orchestrator;

import dev.ballast.detection.ProbeCounters;
import dev.ballast.detection.Probing;
import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Lease;
import dev.ballast.locks.Locks;
import dev.ballast.locks.Mode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says where all can see it that this orchestrator doubts itself, for as long as it does: by a lock of its own name, with the reason as the
 * claim's note. So it is known to controllers without anybody asking the orchestrator, and what a dead one said ends with its lease.
 */
final class Doubt implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Doubt.class);
  private static final Duration ROUND = Duration.ofMillis(500);
  private static final long PATIENCE_SECONDS = 2;

  private final Locks locks;
  private final String member;
  private final CountDownLatch end = new CountDownLatch(1);
  private @Nullable Lease said;
  private boolean isInDoubt;

  Doubt(Locks locks, String member) {
    this.locks = locks;
    this.member = member;
  }

  /** Follows what the prober knows of itself, until this is closed. */
  void follow(Probing probing) {
    Thread.ofVirtual().name("ballast-doubt").start(() -> run(probing));
  }

  private void run(Probing probing) {
    try {
      do {
        try {
          look(why(probing.counters().get(PATIENCE_SECONDS, TimeUnit.SECONDS)));
        } catch (ExecutionException | TimeoutException e) {
          LOG.warn("The prober does not say whether it doubts itself", e);
        }
      } while (!end.await(ROUND.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static String why(ProbeCounters counters) {
    return counters.isInDoubt()
        ? counters.silent() + " of " + counters.targets() + " targets are silent at once"
        : "";
  }

  /**
   * Makes it known; what can't be made known now is in the next round.
   *
   * @param why it is in doubt, or empty
   */
  void look(String why) {
    if (why.isEmpty() == isInDoubt) {
      isInDoubt = !why.isEmpty();
      log(why);
    }
    try {
      if (!isInDoubt) {
        withdraw();
      } else if (said == null || !said.isStillMine()) {
        withdraw();
        var claim = new Claim(OrchestratorSettings.DOUBT + member, Mode.exclusive(), why);
        said = locks.tryAcquire(claim).orElse(null);
      }
    } catch (EngineUnavailable e) {
      LOG.debug("Nobody can be told now whether this orchestrator is in doubt", e);
    }
  }

  private void log(String why) {
    if (isInDoubt) {
      LOG.warn(
          "{}: it may be this orchestrator that is cut off, so silence convicts nobody for now",
          why);
    } else {
      LOG.info("This orchestrator trusts itself again");
    }
  }

  private void withdraw() {
    Lease before = said;
    said = null;
    if (before != null) {
      before.close();
    }
  }

  /** The locks, which are closed after this, release what is still said. */
  @Override
  public void close() {
    end.countDown();
  }
}
