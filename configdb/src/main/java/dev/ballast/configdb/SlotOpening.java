package dev.ballast.configdb;

import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is being opened by a thread of its own. PostgreSQL lets a new slot wait for every transaction that is
 * writing, without bound; meanwhile others can be asked whom it waits for.
 */
final class SlotOpening {
  private final CompletableFuture<WalStream> opened = new CompletableFuture<>();
  private volatile @Nullable WalStream stream;
  private volatile boolean isAborted;

  private SlotOpening() {}

  static SlotOpening begin(DatabaseSettings settings, InstantSource clock) {
    var opening = new SlotOpening();
    Thread.ofVirtual().name("change-feed-slot").start(() -> opening.open(settings, clock));
    return opening;
  }

  private void open(DatabaseSettings settings, InstantSource clock) {
    try {
      WalStream connected = WalStream.connect(settings, clock);
      stream = connected;
      if (isAborted) {
        connected.abort();
      }
      connected.createSlot();
      opened.complete(connected);
    } catch (SQLException | RuntimeException failure) {
      abort();
      opened.completeExceptionally(failure);
    }
  }

  /** The stream with its slot, when it is ready in time. */
  Optional<WalStream> await(Duration patience) throws SQLException {
    try {
      return Optional.of(opened.get(patience.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException _) {
      return Optional.empty();
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof SQLException cause
          ? cause
          : new SQLException(failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SQLException(interrupted);
    }
  }

  /** Whom it waits for, for people to read. */
  String waitsFor(SqlFollower follower) throws SQLException {
    WalStream connected = stream;
    String blockers = connected == null ? "" : follower.blockersOf(connected.backendPid());
    return blockers.isEmpty()
        ? "the WAL stream is being opened"
        : "the WAL stream waits for an older transaction: " + blockers;
  }

  /** Gives up, and frees what waits; may be called from any thread. */
  void abort() {
    isAborted = true;
    WalStream connected = stream;
    if (connected != null) {
      connected.abort();
    }
  }
}
