package dev.ballast.orchestrator;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.locks.ConsumerGroup;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.GroupCounters;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.Locks;
import dev.ballast.locks.NotJoined;
import dev.ballast.locks.Ownership;
import dev.ballast.locks.PartitionListener;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part in sharing out the subjects. It joins once it knows the configuration, as it could not probe what it owns before; and as soon as the engine lets it: an orchestrator that was killed and starts again at
 * once has to wait for the end of its own lease. Thread-safe.
 */
final class Shares implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shares.class);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration LAST_WRITES = Duration.ofSeconds(1);
  private static final GroupCounters NONE = new GroupCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private final Locks locks;
  private final GroupSettings settings;
  private final PartitionListener listener;
  private final Thread joining = Thread.ofVirtual().name("ballast-joining").unstarted(this::join);
  private volatile @Nullable ConsumerGroup group;
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch isConfigured = new CountDownLatch(1);
  private volatile String trouble = "no configuration has come from a controller yet";

  Shares(Locks locks, GroupSettings settings, DeskLoop loop, StatusWriter writer) {
    this.locks = locks;
    this.settings = settings;
    this.listener = new Handing(loop, writer);
  }

  void start() {
    joining.start();
  }

  /** The configuration is known. */
  void configured() {
    isConfigured.countDown();
  }

  private void join() {
    try {
      isConfigured.await();
      do {
        try {
          group = locks.join(settings, listener);
          trouble = "";
          LOG.info("Orchestrator {} takes part in sharing out the targets", settings.member());
          return;
        } catch (NotJoined | EngineUnavailable failure) {
          troubled(String.valueOf(failure.getMessage()), null);
        } catch (RuntimeException mistake) {
          troubled(mistake.toString(), mistake);
        }
      } while (!end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void troubled(String why, @Nullable RuntimeException mistake) {
    if (!why.equals(trouble)) {
      LOG.warn("Orchestrator {} has no share yet: {}", settings.member(), why, mistake);
    }
    trouble = why;
  }

  GroupCounters counters() {
    ConsumerGroup current = group;
    return current == null ? NONE : current.counters();
  }

  /** Why it has no share, or empty. */
  String trouble() {
    return trouble;
  }

  /** Gives all shares to the others. */
  @Override
  public void close() {
    end.countDown();
    joining.interrupt();
    try {
      joining.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    ConsumerGroup current = group;
    if (current != null) {
      current.close();
    }
  }

  /** Hands shares to the desk and takes them away again. */
  private record Handing(DeskLoop loop, StatusWriter writer) implements PartitionListener {
    @Override
    public void assigned(Ownership share) {
      var fence = new Fence(share.lock(), share.token());
      loop.execute(desk -> desk.assigned(share.partition().index(), fence));
    }

    /** The last verdicts are written before the next owner reads them. */
    @Override
    public void revoked(Ownership share) {
      var dropped =
          loop.call(
              desk -> {
                desk.dropped(share.partition().index());
                return true;
              });
      try {
        dropped.get(LAST_WRITES.toMillis(), TimeUnit.MILLISECONDS);
        if (!writer.awaitIdle(LAST_WRITES)) {
          LOG.warn("A share goes to another orchestrator while verdicts still wait to be written");
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        LOG.warn("A share goes to another orchestrator before its work has ended here", e);
      }
    }

    @Override
    public void lost(Ownership share) {
      loop.execute(desk -> desk.dropped(share.partition().index()));
    }
  }
}
