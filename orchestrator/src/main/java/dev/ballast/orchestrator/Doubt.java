package dev.ballast.orchestrator;

import dev.ballast.detection.ProbeCounters;
import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Lease;
import dev.ballast.locks.Locks;
import dev.ballast.locks.Mode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says where all can see it that this orchestrator doubts itself, for as long as it does: by a lock of its own name, with the reason as the
 * claim's note. So it is known to controllers without anybody asking the orchestrator, and what a dead one said ends with its lease.
 *
 * <p>The note is from when it was said; it is said again once twice as many are silent.
 */
final class Doubt implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Doubt.class);
  private static final Duration ROUND = Duration.ofMillis(500);
  private static final long PATIENCE_SECONDS = 2;
  private static final Duration LAST_ROUND = Duration.ofSeconds(5);

  private final Locks locks;
  private final String member;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile @Nullable Thread thread;
  private @Nullable Lease said;

  /** How many were silent when it was said. */
  private int saidOf;

  private boolean isInDoubt;
  private String trouble = "";

  Doubt(Locks locks, String member) {
    this.locks = locks;
    this.member = member;
  }

  /** Follows what the prober knows of itself, until this is closed. */
  void follow(Supplier<? extends Future<ProbeCounters>> prober) {
    thread = Thread.ofVirtual().name("ballast-doubt").start(() -> run(prober));
  }

  private void run(Supplier<? extends Future<ProbeCounters>> prober) {
    try {
      do {
        round(prober);
      } while (!end.await(ROUND.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void round(Supplier<? extends Future<ProbeCounters>> prober) throws InterruptedException {
    try {
      ProbeCounters counters = prober.get().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      look(counters.isInDoubt(), counters.silent(), counters.targets());
    } catch (InterruptedException e) {
      throw e;
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The prober does not say whether it doubts itself", e);
    } catch (Throwable mistake) {
      LOG.error("Whether this orchestrator doubts itself is not known in this round", mistake);
    }
  }

  /**
   * Makes it known; what can't be made known now is in the next round.
   *
   * @param silent so many targets are silent at once
   * @param targets of so many
   */
  void look(boolean isDoubtful, int silent, int targets) {
    String why = silent + " of " + targets + " targets are silent at once";
    if (isDoubtful != isInDoubt) {
      isInDoubt = isDoubtful;
      log(why);
    }
    try {
      if (!isInDoubt) {
        withdraw();
      } else if (said == null || !said.isStillMine() || silent >= 2 * saidOf) {
        withdraw();
        var claim = new Claim(OrchestratorSettings.DOUBT + member, Mode.exclusive(), why);
        said = locks.tryAcquire(claim).orElse(null);
        saidOf = silent;
      }
      trouble = "";
    } catch (EngineUnavailable e) {
      LOG.debug("Nobody can be told now whether this orchestrator is in doubt", e);
    } catch (RuntimeException mistake) {
      untold(mistake);
    }
  }

  private void untold(RuntimeException mistake) {
    String now = mistake.toString();
    if (!now.equals(trouble)) {
      LOG.error("Nobody can be told whether this orchestrator is in doubt", mistake);
    }
    trouble = now;
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

  /** The locks, which are to be closed after this, release what is still said. */
  @Override
  public void close() {
    end.countDown();
    Thread follower = thread;
    try {
      if (follower != null && !follower.join(LAST_ROUND)) {
        follower.interrupt();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
