package dev.ballast.configdb;

import dev.ballast.model.Change;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The feed from one listing to the loss of its connection.
 *
 * <pre>
 *   list at N = k ──▶ poll every 500 ms ──▶ poll once more ──▶ stream: skip up to k, then k + 1, k + 2, …
 *        └ meanwhile a slot is created ┄┄┄┄┄┄▲ ready
 * </pre>
 *
 * <p>What commits after the slot is ready is in the stream, and what committed before it is in the poll that follows:
 * nothing is missed, and N tells what both have. When the stream can't tell what a transaction did, the session ends and
 * the next one lists <em>after</em> its slot is ready: a commit can be decoded a moment before a query sees it, and a new
 * slot waits for such transactions.
 *
 * <p>Owned by the feed's thread; {@link #abort} may be called by any.
 */
final class FeedSession {
  static final Duration POLL_EVERY = Duration.ofMillis(500);
  private static final Duration RETRY_WAL_AFTER = Duration.ofSeconds(5);

  private final DatabaseSettings settings;
  private final FeedMode mode;
  private final FeedEvents events;
  private final InstantSource clock;
  private final CountDownLatch aborted = new CountDownLatch(1);
  private volatile @Nullable SqlFollower follower;
  private volatile @Nullable SlotOpening opening;
  private volatile @Nullable WalStream stream;
  private volatile @Nullable Revision known;
  private boolean hasFollowedWal;
  private Instant nextAttempt = Instant.MIN;
  private String whyNoWal = "the WAL stream is being opened";

  FeedSession(DatabaseSettings settings, FeedMode mode, FeedEvents events, InstantSource clock) {
    this.settings = settings;
    this.mode = mode;
    this.events = events;
    this.clock = clock;
  }

  /** The stream could not tell what has happened. */
  static final class Unclear extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;

    Unclear(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /**
   * Follows until something breaks, which is always thrown.
   *
   * @param listsWithSlot the state is to be read (again) when the slot is ready
   * @throws Unclear when the next session has to do that
   */
  void run(boolean listsWithSlot) throws SQLException {
    SqlFollower sql = SqlFollower.connect(settings);
    follower = sql;
    throwIfAborted();
    switch (mode) {
      case POLL -> {
        list(sql);
        pollForEver(sql);
      }
      case AUTO -> {
        list(sql);
        WalStream wal = pollUntilWal(sql);
        if (listsWithSlot) {
          list(sql);
        } else {
          poll(sql);
        }
        follow(wal, sql);
      }
      case WAL -> {
        WalStream wal = awaitWal(sql);
        list(sql);
        follow(wal, sql);
      }
    }
  }

  private void pollForEver(SqlFollower sql) throws SQLException {
    while (true) {
      events.status(FeedStatus.Mode.POLL, "following by SQL, as configured");
      pause(POLL_EVERY);
      poll(sql);
    }
  }

  private WalStream pollUntilWal(SqlFollower sql) throws SQLException {
    while (true) {
      Optional<WalStream> ready = tryWal(sql);
      if (ready.isPresent()) {
        return ready.get();
      }
      poll(sql);
      events.status(FeedStatus.Mode.POLL, whyNoWal);
    }
  }

  /** Whether it came as far as the WAL. */
  boolean hasFollowedWal() {
    return hasFollowedWal;
  }

  private WalStream awaitWal(SqlFollower sql) throws SQLException {
    while (true) {
      Optional<WalStream> ready = tryWal(sql);
      if (ready.isPresent()) {
        return ready.get();
      }
      events.status(FeedStatus.Mode.DISCONNECTED, whyNoWal);
    }
  }

  /** The stream if it is ready within the interval of the polls; notes why not. */
  private Optional<WalStream> tryWal(SqlFollower sql) throws SQLException {
    SlotOpening pending = opening;
    if (pending == null) {
      pending = beginOpening(sql);
    }
    if (pending == null) {
      pause(POLL_EVERY);
      return Optional.empty();
    }
    try {
      Optional<WalStream> ready = pending.await(POLL_EVERY);
      if (ready.isEmpty()) {
        whyNoWal = pending.waitsFor(sql);
      }
      throwIfAborted();
      return ready;
    } catch (SQLException failure) {
      throwIfAborted();
      opening = null;
      nextAttempt = clock.instant().plus(RETRY_WAL_AFTER);
      whyNoWal = "the WAL stream could not be opened: " + Failures.text(failure);
      return Optional.empty();
    }
  }

  private @Nullable SlotOpening beginOpening(SqlFollower sql) throws SQLException {
    if (clock.instant().isBefore(nextAttempt)) {
      return null;
    }
    String obstacles = sql.preflight().obstacles();
    if (!obstacles.isEmpty()) {
      nextAttempt = clock.instant().plus(RETRY_WAL_AFTER);
      whyNoWal = obstacles;
      return null;
    }
    SlotOpening begun = SlotOpening.begin(settings, clock);
    opening = begun;
    throwIfAborted();
    return begun;
  }

  private void follow(WalStream wal, SqlFollower sql) throws SQLException {
    stream = wal;
    throwIfAborted();
    wal.start();
    hasFollowedWal = true;
    events.status(FeedStatus.Mode.WAL, "");
    try (var _ = FeedWatchdog.start(wal, sql, this::deliveredN)) {
      while (true) {
        deliver(
            wal.next()
                .orElseThrow(
                    () -> new SQLException("the server has ended the WAL stream", "08006")));
      }
    }
  }

  private void deliver(Transactions.Outcome outcome) {
    switch (outcome) {
      case Transactions.Outcome.Nothing _ -> {}
      case Transactions.Outcome.Unclear unclear -> throw new Unclear(unclear.reason());
      case Transactions.Outcome.Changes changes -> deliver(changes);
    }
  }

  private void deliver(Transactions.Outcome.Changes changes) {
    Revision before = known();
    if (changes.n() <= before.n()) {
      return;
    }
    if (changes.n() != before.n() + 1) {
      throw new Unclear("revision " + changes.n() + " came after " + before.n());
    }
    Revision after = before.withN(changes.n());
    known = after;
    events.streamed(new Change(after, before, changes.upserts(), changes.deletes()));
  }

  private void list(SqlFollower sql) throws SQLException {
    Snapshot whole = sql.list();
    known = whole.revision();
    events.listed(whole);
  }

  private void poll(SqlFollower sql) throws SQLException {
    switch (sql.poll(known())) {
      case SqlFollower.Poll.Nothing _ -> {}
      case SqlFollower.Poll.Unclear _ -> list(sql);
      case SqlFollower.Poll.Changed changed -> {
        known = changed.change().revision();
        events.polled(changed.change());
      }
    }
  }

  private Revision known() {
    Revision revision = known;
    if (revision == null) {
      throw new IllegalStateException("nothing has been listed");
    }
    return revision;
  }

  private long deliveredN() {
    Revision revision = known;
    return revision == null ? 0 : revision.n();
  }

  private void pause(Duration duration) throws SQLException {
    try {
      if (aborted.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
        throwIfAborted();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SQLException(interrupted);
    }
  }

  private void throwIfAborted() throws SQLException {
    if (aborted.getCount() == 0) {
      abort();
      throw new SQLException("the feed has been closed", "08003");
    }
  }

  /** Breaks every connection and frees the thread that runs. Also the only way to end it in order. */
  void abort() {
    aborted.countDown();
    WalStream wal = stream;
    if (wal != null) {
      wal.abort();
    }
    SlotOpening pending = opening;
    if (pending != null) {
      pending.abort();
    }
    SqlFollower sql = follower;
    if (sql != null) {
      sql.abort();
    }
  }
}
