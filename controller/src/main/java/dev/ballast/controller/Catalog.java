package dev.ballast.controller;

import dev.ballast.configdb.FeedListener;
import dev.ballast.configdb.FeedStatus;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole configuration as this controller knows it, and the streams of the views that somebody has asked for.
 *
 * <p>The change feed's thread moves it on, in one step per change: every stream first, then the reference to the whole, then
 * those who wait for a revision. It never goes back: within an epoch a list or a change that is not newer is passed over.
 * With a new epoch the streams end, and their watchers list again.
 */
final class Catalog implements FeedListener {
  private static final Logger log = LoggerFactory.getLogger(Catalog.class);

  private final WatchLimits limits;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Map<View, ViewStream> streams = new LinkedHashMap<>(16, 0.75f, true);
  private volatile @Nullable Snapshot whole;
  private volatile FeedStatus feed;
  private boolean hasEnded;

  final LongAdder changes = new LongAdder();
  final LongAdder lists = new LongAdder();

  Catalog(WatchLimits limits, InstantSource clock, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.feed = new FeedStatus(FeedStatus.Mode.DISCONNECTED, "starting", clock.instant());
  }

  /** Everything, at this moment; empty until the feed has listed it for the first time. */
  Optional<Snapshot> whole() {
    return Optional.ofNullable(whole);
  }

  FeedStatus feed() {
    return feed;
  }

  @Override
  public void status(FeedStatus status) {
    feed = status;
    log.info("the change feed is {}: {}", status.mode(), status.reason());
  }

  @Override
  public void listed(Snapshot listed) {
    lists.increment();
    lock.lock();
    try {
      Snapshot before = whole;
      if (before == null || !before.revision().isSameEpoch(listed.revision())) {
        replace(listed);
      } else if (listed.revision().n() > before.revision().n()) {
        publish(before, listed, difference(before, listed));
      } else if (listed.revision().equals(before.revision()) && !listed.equals(before)) {
        log.error("the list at {} differs from what the changes up to it made", listed.revision());
        replace(listed);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void committed(Change change) {
    changes.increment();
    lock.lock();
    try {
      Snapshot before = whole;
      if (before == null || !before.revision().isAtLeast(change.prev())) {
        throw new IllegalStateException(
            "a change from " + change.prev() + " does not continue " + before);
      }
      if (change.revision().n() > before.revision().n()) {
        Snapshot after = before.at(change.prev()).apply(change);
        publish(before, after, change.withPrev(before.revision()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void replace(Snapshot listed) {
    log.info("listed: {}", listed);
    endStreams();
    whole = listed;
    moved.signalAll();
  }

  private void publish(Snapshot before, Snapshot after, Change change) {
    streams.values().forEach(stream -> stream.advance(before, after, change));
    whole = after;
    moved.signalAll();
  }

  private void endStreams() {
    streams.values().forEach(ViewStream::end);
    streams.clear();
  }

  /** Ends all watching. */
  void end() {
    lock.lock();
    try {
      hasEnded = true;
      endStreams();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the first list is there. */
  Optional<Snapshot> awaitListed(Duration atMost) throws InterruptedException {
    long deadlineNanos = nanoTime.getAsLong() + atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (whole == null && !hasEnded) {
        long left = deadlineNanos - nanoTime.getAsLong();
        if (left <= 0) {
          break;
        }
        moved.awaitNanos(left);
      }
      return whole();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the revision, or a later one of its epoch, is here; answers whether it is. */
  boolean await(Revision revision, Duration atMost) throws InterruptedException {
    long deadlineNanos = nanoTime.getAsLong() + atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!hasEnded) {
        Snapshot now = whole;
        if (now != null && now.revision().isAtLeast(revision)) {
          return true;
        }
        long left = deadlineNanos - nanoTime.getAsLong();
        if (left <= 0) {
          return false;
        }
        moved.awaitNanos(left);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The stream of a view; made when it is asked for the first time, and kept while there is room.
   *
   * @throws HttpProblem 503 before the first list, and when more views are watched than there may be
   */
  ViewStream stream(View view) {
    lock.lock();
    try {
      Snapshot now = whole;
      if (now == null || hasEnded) {
        throw HttpProblem.unavailable("not-listed", "the configuration has not been read yet");
      }
      ViewStream stream = streams.get(view);
      if (stream == null) {
        makeRoom();
        stream = new ViewStream(view, now, limits, nanoTime);
        streams.put(view, stream);
      }
      return stream;
    } finally {
      lock.unlock();
    }
  }

  private void makeRoom() {
    Iterator<ViewStream> eldestFirst = streams.values().iterator();
    while (streams.size() >= limits.views() && eldestFirst.hasNext()) {
      ViewStream stream = eldestFirst.next();
      if (stream.watcherCount() == 0) {
        stream.end();
        eldestFirst.remove();
      }
    }
    if (streams.size() >= limits.views()) {
      throw HttpProblem.unavailable(
          "too-many-views", limits.views() + " views are watched; that is the limit");
    }
  }

  int watchers() {
    lock.lock();
    try {
      return streams.values().stream().mapToInt(ViewStream::watcherCount).sum();
    } finally {
      lock.unlock();
    }
  }

  private static Change difference(Snapshot before, Snapshot after) {
    List<Item> upserts =
        after.items().values().stream()
            .filter(item -> before.find(item.key()).filter(item::equals).isEmpty())
            .toList();
    var deletes = new ArrayList<ItemKey>();
    for (ItemKey key : before.items().keySet()) {
      if (!after.items().containsKey(key)) {
        deletes.add(key);
      }
    }
    return new Change(after.revision(), before.revision(), upserts, deletes);
  }
}
