package dev.ballast.configdb;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a stream that stays silent while the database moves on: a dead network path, or a publication that somebody
 * has changed. It asks for N by SQL now and then; a stream that has been waiting since the last look, and has not even
 * reached the N of that time, is broken off. So is one whose database no longer answers.
 */
final class FeedWatchdog implements AutoCloseable {
  static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(FeedWatchdog.class);

  private final WalStream stream;
  private final SqlFollower follower;
  private final LongSupplier deliveredN;
  private final CountDownLatch closed = new CountDownLatch(1);

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
      long seenN = 0;
      long seenBytes = -1;
      while (!closed.await(LOOK_EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
        boolean isSilent = stream.isWaiting() && stream.bytesRead() == seenBytes;
        if (isSilent && deliveredN.getAsLong() < seenN) {
          LOG.warn(
              "The WAL stream is silent at revision {} while the database was at {}: reconnecting",
              deliveredN.getAsLong(),
              seenN);
          stream.abort();
          return;
        }
        seenBytes = stream.bytesRead();
        seenN = follower.n();
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

  @Override
  public void close() {
    closed.countDown();
  }
}
