package dev.ballast.configdb;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a stream that stays silent while the database moves on, by asking for N by SQL: shortly after the stream was last
 * heard, and every 2 s.
 *
 * <p>Mostly the server's WAL sender has missed a wake-up: since version 16 it looks at the WAL's end <em>before</em> it joins
 * those who are woken, so that a commit in between goes unnoticed until the next one ({@code WalSndWait} in PostgreSQL's
 * walsender.c). That happens only when it has just been busy, and any flush of the WAL cures it: the watchdog makes one. A
 * stream that stays silent for 2 s all the same (a dead network path, or a publication that somebody has changed) is broken
 * off. So is one whose database no longer answers.
 */
final class FeedWatchdog implements AutoCloseable {
  static final Duration TICK = Duration.ofMillis(50);
  private static final int TICKS_BETWEEN_LOOKS = 40;
  private static final int SILENT_TICKS_AT_MOST = 40;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(FeedWatchdog.class);

  private final WalStream stream;
  private final SqlFollower follower;
  private final LongSupplier deliveredN;
  private final CountDownLatch closed = new CountDownLatch(1);

  private long seenBytes = -1;
  private long seenN;
  private long flushedForN;
  private boolean isLookDue;
  private int ticksSinceLook;
  private int silentTicks;

  private FeedWatchdog(WalStream stream, SqlFollower follower, LongSupplier deliveredN) {
    this.stream = stream;
    this.follower = follower;
    this.deliveredN = deliveredN;
  }

  /** The follower is the watchdog's from now on. */
  static FeedWatchdog start(WalStream stream, SqlFollower follower, LongSupplier deliveredN) {
    var watchdog = new FeedWatchdog(stream, follower, deliveredN);
    Thread.ofVirtual().name("change-feed-watchdog").start(watchdog::watch);
    return watchdog;
  }

  private void watch() {
    try {
      follower.expectAnswersWithin(ANSWER_WITHIN);
      while (!closed.await(TICK.toNanos(), TimeUnit.NANOSECONDS)) {
        ticksSinceLook++;
        if (hasMoved()) {
          isLookDue = true;
          silentTicks = 0;
        } else if (deliveredN.getAsLong() < seenN) {
          behind();
        } else if (isLookDue || ticksSinceLook >= TICKS_BETWEEN_LOOKS) {
          look();
        }
      }
    } catch (SQLException failure) {
      if (closed.getCount() > 0) {
        LOG.warn("The database no longer answers ({}): reconnecting", Failures.text(failure));
      }
      stream.abort();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the stream was heard since the last tick, or is not what is waited for. */
  private boolean hasMoved() {
    long bytes = stream.bytesRead();
    boolean hasMoved = !stream.isWaiting() || bytes != seenBytes;
    seenBytes = bytes;
    return hasMoved;
  }

  private void look() throws SQLException {
    isLookDue = false;
    ticksSinceLook = 0;
    silentTicks = 0;
    seenN = follower.n();
  }

  /** A tick ago the database was already further than the stream is now. */
  private void behind() throws SQLException {
    if (flushedForN < seenN) {
      flushedForN = seenN;
      follower.flushWal();
      return;
    }
    silentTicks++;
    if (silentTicks > SILENT_TICKS_AT_MOST) {
      LOG.warn(
          "The WAL stream is silent at revision {} while the database was at {}: reconnecting",
          deliveredN.getAsLong(),
          seenN);
      stream.abort();
      closed.countDown();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
