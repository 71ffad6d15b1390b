package dev.ballast.verify;

import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Snapshot;
import dev.ballast.model.WatchLine;
import dev.ballast.model.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Lists a view once and follows it by its watch, and trusts nothing: each line has to begin where the one before ended, and each bookmark's checksum has to be that of what was put together here. Owned by one
 * virtual thread.
 */
final class Follower implements AutoCloseable {
  private final Api api;
  private final String view;
  private final Thread thread;
  private final List<Item> upserts = new ArrayList<>();
  private final List<ItemKey> deletes = new ArrayList<>();
  private volatile Snapshot snapshot;
  private final AtomicInteger changes = new AtomicInteger();
  private volatile Throwable failure;
  private volatile Stream<String> lines = Stream.empty();
  private volatile boolean closing;

  private Follower(Api api, String view) {
    this.api = api;
    this.view = view;
    this.snapshot = api.snapshot(view);
    this.thread = Thread.ofVirtual().unstarted(this::follow);
  }

  static Follower start(Api api, String view) {
    var follower = new Follower(api, view);
    follower.thread.start();
    return follower;
  }

  Api api() {
    return api;
  }

  String view() {
    return view;
  }

  /** What has been put together so far. Fails when the stream was wrong anywhere. */
  Snapshot snapshot() {
    if (failure != null) {
      throw new AssertionError("the watch of " + view + " at " + api.server(), failure);
    }
    return snapshot;
  }

  int changes() {
    return changes.get();
  }

  private void follow() {
    try {
      lines = api.watch(view, snapshot.revision());
      lines.map(Wire::readLine).forEach(this::take);
    } catch (Exception | Error broken) {
      if (!closing) {
        failure = broken;
      }
    }
  }

  private void take(WatchLine line) {
    switch (line) {
      case WatchLine.Changed(Change change) -> apply(change);
      case WatchLine.Part part -> {
        upserts.addAll(part.upserts());
        deletes.addAll(part.deletes());
      }
      case WatchLine.End end -> {
        apply(new Change(end.revision(), end.prev(), List.copyOf(upserts), List.copyOf(deletes)));
        upserts.clear();
        deletes.clear();
      }
      case WatchLine.Bookmark bookmark -> check(bookmark);
    }
  }

  private void apply(Change change) {
    snapshot = snapshot.apply(change);
    changes.incrementAndGet();
  }

  private void check(WatchLine.Bookmark bookmark) {
    if (!bookmark.checksum().equals(snapshot.checksum())) {
      throw new AssertionError(
          "at "
              + bookmark.revision()
              + " the checksum is not that of the changes until "
              + snapshot);
    }
    snapshot = snapshot.at(bookmark.revision());
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    lines.close();
  }
}
