package dev.ballast.controller;

import dev.ballast.model.Change;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import dev.ballast.model.Wire;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One view as a stream: its snapshot now, and the last changes as encoded lines.
 *
 * <p>Idea: a watcher has no buffer of its own. It remembers the revision it was told last and asks for what follows, so each
 * line is encoded once and held once, however many watchers share the view, and a slow watcher costs nothing but its place.
 *
 * <p>Invariants: between two changes of the window the view does not change, so the window continues any revision from
 * {@link #floor} on. A watcher whose revision has fallen out of the window is cut off, and lists again.
 *
 * <p>Ownership: the feed's thread advances the stream; watchers, each on a thread of its own, wait for it; one lock, held
 * only for moments.
 */
final class ViewStream {
  private final View view;
  private final WatchLimits limits;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final TreeMap<Long, Entry> window = new TreeMap<>();
  private final Set<Watcher> watchers = new HashSet<>();
  private long windowBytes;
  private Revision floor;
  private Snapshot snapshot;
  private boolean hasEnded;

  private final ReentrantLock encoding = new ReentrantLock();
  private @Nullable EncodedSnapshot encoded;

  ViewStream(View view, Snapshot whole, WatchLimits limits, LongSupplier nanoTime) {
    this.view = view;
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.snapshot = view.select(whole);
    this.floor = whole.revision();
  }

  /**
   * The lines of one change.
   *
   * @param base the revision of the whole before the change: a watcher strictly between it and {@code revision} has seen a
   *     part of what these lines sum up
   */
  private record Entry(Revision base, Revision revision, ChangeLines lines) {}

  /** A snapshot as it is answered. */
  record EncodedSnapshot(Revision revision, String checksum, Payload json) {}

  /** What a watcher is to do next. */
  sealed interface Next {
    /** Send the lines of one change. */
    record Lines(Payload payload) implements Next {}

    /** Send a bookmark. */
    record Bookmark(Payload payload) implements Next {}

    /** End: it is too slow, and the lines that it would need are gone. */
    record LeftBehind() implements Next {}

    /** End: what it has cannot be continued. */
    record Ended() implements Next {}
  }

  /** Takes in a change of the whole. */
  void advance(Snapshot wholeBefore, Snapshot wholeAfter, Change change) {
    Optional<Change> narrowed =
        view.narrow(wholeBefore, wholeAfter, change).filter(one -> !one.isEmpty());
    lock.lock();
    try {
      if (narrowed.isPresent()) {
        append(wholeBefore.revision(), narrowed.get(), wholeAfter);
      } else {
        snapshot = snapshot.at(wholeAfter.revision());
      }
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void append(Revision base, Change narrowed, Snapshot wholeAfter) {
    Change change = narrowed.withPrev(snapshot.revision());
    snapshot = view instanceof View.All ? wholeAfter : snapshot.apply(change);
    var lines = ChangeLines.of(change);
    window.put(change.revision().n(), new Entry(base, change.revision(), lines));
    windowBytes += lines.size();
    while (window.size() > 1
        && (window.size() > limits.windowChanges() || windowBytes > limits.windowBytes())) {
      Entry gone = window.pollFirstEntry().getValue();
      windowBytes -= gone.lines().size();
      floor = gone.revision();
    }
    watchers.stream().filter(this::isLeftBehind).forEach(Watcher::cutOff);
  }

  /** Lets every watcher end. */
  void end() {
    lock.lock();
    try {
      hasEnded = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Adds a watcher, unless what follows its revision is not known here any more. */
  boolean join(Watcher watcher) {
    lock.lock();
    try {
      Revision from = watcher.told();
      if (hasEnded || !from.isSameEpoch(floor) || isLeftBehind(watcher)) {
        return false;
      }
      Map.Entry<Long, Entry> next = window.higherEntry(from.n());
      boolean isInsideOfAChange = next != null && next.getValue().base().n() < from.n();
      if (isInsideOfAChange || from.n() > snapshot.revision().n()) {
        return false;
      }
      return watchers.add(watcher);
    } finally {
      lock.unlock();
    }
  }

  void leave(Watcher watcher) {
    lock.lock();
    try {
      watchers.remove(watcher);
    } finally {
      lock.unlock();
    }
  }

  int watcherCount() {
    lock.lock();
    try {
      return watchers.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next change, or for the time of a bookmark. Called by the watcher's own thread. */
  Next next(Watcher watcher) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long bookmarkAtNanos = watcher.heardNanos() + limits.heartbeat().toNanos();
      boolean isBehind = false;
      while (true) {
        if (hasEnded) {
          return new Next.Ended();
        }
        if (isLeftBehind(watcher)) {
          return new Next.LeftBehind();
        }
        long now = nanoTime.getAsLong();
        Map.Entry<Long, Entry> entry = window.higherEntry(watcher.told().n());
        if (entry != null) {
          Payload lines = entry.getValue().lines().after(watcher.told());
          watcher.tell(entry.getValue().revision(), now);
          return new Next.Lines(lines);
        }
        if (!isBehind && !watcher.told().equals(snapshot.revision())) {
          isBehind = true;
          bookmarkAtNanos = earlier(bookmarkAtNanos, now + limits.bookmarkDelay().toNanos());
        }
        if (bookmarkAtNanos - now <= 0) {
          watcher.tell(snapshot.revision(), now);
          return new Next.Bookmark(bookmark());
        }
        moved.awaitNanos(bookmarkAtNanos - now);
      }
    } finally {
      lock.unlock();
    }
  }

  private Payload bookmark() {
    return Payload.of(Wire.bookmark(snapshot.revision(), snapshot.checksum()) + "\n");
  }

  private boolean isLeftBehind(Watcher watcher) {
    return watcher.told().n() < floor.n();
  }

  private static long earlier(long oneNanos, long otherNanos) {
    return oneNanos - otherNanos < 0 ? oneNanos : otherNanos;
  }

  /** The view at this moment. */
  Snapshot snapshot() {
    lock.lock();
    try {
      return snapshot;
    } finally {
      lock.unlock();
    }
  }

  /** The view at this moment, or a moment later, as JSON: those who ask while it is being encoded share the next one. */
  EncodedSnapshot encoded() {
    Revision wanted = snapshot().revision();
    encoding.lock();
    try {
      EncodedSnapshot known = encoded;
      if (known == null || !known.revision().isAtLeast(wanted)) {
        Snapshot now = snapshot();
        var json = Payload.of(Wire.snapshot(now));
        known = new EncodedSnapshot(now.revision(), now.checksum(), json);
        encoded = known;
      }
      return known;
    } finally {
      encoding.unlock();
    }
  }
}
