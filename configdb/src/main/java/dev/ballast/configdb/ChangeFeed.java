package dev.ballast.configdb;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered stream of changes out of the database: the whole state once, then every transaction exactly once, and the
 * whole state again whenever that could not be kept ({@link FeedListener}).
 *
 * <p>One platform thread owns it and calls the listener. It reconnects for ever, after 50 ms at first and 2 s at most.
 * {@link #status}, {@link #counters} and {@link #close} may be called by any thread.
 */
public final class ChangeFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  private final DatabaseSettings settings;
  private final FeedMode mode;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final FeedEvents events;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable FeedSession session;

  private ChangeFeed(
      DatabaseSettings settings,
      FeedMode mode,
      FeedListener listener,
      InstantSource clock,
      RandomGenerator random) {
    this.settings = settings;
    this.mode = mode;
    this.clock = clock;
    this.random = random;
    this.events = new FeedEvents(listener, clock);
    this.thread = Thread.ofPlatform().daemon().name("change-feed").unstarted(this::run);
  }

  /** Starts to follow; returns at once. */
  public static ChangeFeed start(ConfigDatabase database, FeedMode mode, FeedListener listener) {
    return start(
        database.settings(), mode, listener, Clock.systemUTC(), RandomGenerator.getDefault());
  }

  static ChangeFeed start(
      DatabaseSettings settings,
      FeedMode mode,
      FeedListener listener,
      InstantSource clock,
      RandomGenerator random) {
    var feed = new ChangeFeed(settings, mode, listener, clock, random);
    feed.thread.start();
    return feed;
  }

  public FeedStatus status() {
    return events.status();
  }

  public FeedCounters counters() {
    return events.counters();
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    boolean listsWithSlot = false;
    while (closing.getCount() > 0) {
      long listingsBefore = events.counters().listings();
      var current = new FeedSession(settings, mode, events, clock);
      session = current;
      try {
        follow(current, listsWithSlot);
        listsWithSlot &= !current.hasFollowedWal();
      } catch (FeedSession.Unclear unclear) {
        events.relisting(unclear.reason());
        listsWithSlot = true;
      }
      boolean hasListed = events.counters().listings() > listingsBefore;
      pause = hasListed ? FIRST_PAUSE : longer(pause);
      awaitClosing(jittered(pause));
    }
  }

  /** Returns when the session's connection is lost. */
  private void follow(FeedSession current, boolean listsWithSlot) {
    if (closing.getCount() == 0) {
      return;
    }
    try {
      current.run(listsWithSlot);
    } catch (FeedSession.Unclear unclear) {
      throw unclear;
    } catch (SQLException | RuntimeException failure) {
      disconnected(failure);
    } finally {
      current.abort();
    }
  }

  private void disconnected(Exception failure) {
    if (closing.getCount() == 0) {
      return;
    }
    if (!(failure instanceof SQLException) && !(failure instanceof UnreadableRow)) {
      LOG.error("The change feed begins anew", failure);
    }
    try {
      events.disconnected(reason(failure));
    } catch (RuntimeException listenerFailure) {
      LOG.error("The feed's listener failed", listenerFailure);
    }
  }

  private String reason(Exception failure) {
    return failure instanceof SQLException
        ? "no connection to " + settings.address() + ": " + Failures.text(failure)
        : Failures.text(failure);
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** Between half and all of it, so that many controllers don't come back in the same moment. */
  private Duration jittered(Duration pause) {
    return Duration.ofNanos(random.nextLong(pause.toNanos() / 2, pause.toNanos()));
  }

  private void awaitClosing(Duration patience) {
    try {
      closing.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the feed; the listener is not called afterwards. */
  @Override
  public void close() {
    closing.countDown();
    FeedSession current = session;
    if (current != null) {
      current.abort();
    }
    try {
      thread.join(END_WITHIN);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
