package dev.ballast.configdb;

import dev.ballast.model.Change;
import dev.ballast.model.Snapshot;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the feed tells its listener, counted. Called by the feed's thread; read by any. */
final class FeedEvents {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  private final FeedListener listener;
  private final InstantSource clock;
  private final AtomicLong listings = new AtomicLong();
  private final AtomicLong streamed = new AtomicLong();
  private final AtomicLong polled = new AtomicLong();
  private final AtomicLong disconnections = new AtomicLong();
  private final AtomicLong relistings = new AtomicLong();
  private volatile FeedStatus status;

  FeedEvents(FeedListener listener, InstantSource clock) {
    this.listener = listener;
    this.clock = clock;
    this.status = new FeedStatus(FeedStatus.Mode.DISCONNECTED, "starting", clock.instant());
  }

  void listed(Snapshot whole) {
    listings.incrementAndGet();
    listener.listed(whole);
  }

  void streamed(Change change) {
    streamed.incrementAndGet();
    listener.committed(change);
  }

  void polled(Change change) {
    polled.incrementAndGet();
    listener.committed(change);
  }

  void status(FeedStatus.Mode mode, String reason) {
    FeedStatus before = status;
    if (mode == before.mode() && reason.equals(before.reason())) {
      return;
    }
    FeedStatus now =
        new FeedStatus(mode, reason, mode == before.mode() ? before.since() : clock.instant());
    status = now;
    LOG.info("Change feed: {}{}", mode, reason.isEmpty() ? "" : " (" + reason + ")");
    listener.status(now);
  }

  void disconnected(String reason) {
    disconnections.incrementAndGet();
    status(FeedStatus.Mode.DISCONNECTED, reason);
  }

  void relisting(String reason) {
    relistings.incrementAndGet();
    LOG.warn("Change feed: listing again, for {}", reason);
  }

  FeedStatus status() {
    return status;
  }

  FeedCounters counters() {
    return new FeedCounters(
        listings.get(), streamed.get(), polled.get(), disconnections.get(), relistings.get());
  }
}
