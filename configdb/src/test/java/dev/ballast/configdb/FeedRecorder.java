package dev.ballast.configdb;

import dev.ballast.model.Change;
import dev.ballast.model.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listener that keeps the state as a catalog would, and what it was told. */
final class FeedRecorder implements FeedListener {
  private final List<FeedStatus> statuses = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Snapshot> states = new ArrayList<>();
  private @Nullable Snapshot state;
  private int listings;

  @Override
  public synchronized void listed(Snapshot whole) {
    listings++;
    state = whole;
    states.add(whole);
  }

  @Override
  public synchronized void committed(Change change) {
    state = state.apply(change);
    changes.add(change);
    states.add(state);
  }

  @Override
  public synchronized void status(FeedStatus status) {
    statuses.add(status);
  }

  synchronized long n() {
    return state == null ? -1 : state.revision().n();
  }

  synchronized Snapshot state() {
    return state;
  }

  synchronized int listings() {
    return listings;
  }

  /** Every state it has been in, in order. */
  synchronized List<Snapshot> states() {
    return List.copyOf(states);
  }

  synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  synchronized List<FeedStatus> statuses() {
    return List.copyOf(statuses);
  }
}
