package dev.ballast.sync;

import dev.ballast.model.Revision;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has happened to the copy so far: written by the thread that follows, read by all. Thread-safe. */
final class SyncJournal {
  private static final Logger LOG = LoggerFactory.getLogger(SyncJournal.class);

  private final SyncMode mode;
  private final InstantSource clock;
  private boolean isConnected;
  private String detail = "no controller reached yet";
  private Optional<Revision> revision = Optional.empty();
  private Optional<SnapshotSource> source = Optional.empty();
  private Optional<Instant> lastContact = Optional.empty();
  private Optional<String> held = Optional.empty();
  private long lists;
  private long mismatches;

  SyncJournal(SyncMode mode, InstantSource clock) {
    this.mode = mode;
    this.clock = clock;
  }

  synchronized SyncStatus status() {
    return new SyncStatus(
        mode, isConnected, revision, source, lastContact, held, detail, lists, mismatches);
  }

  synchronized boolean isConnected() {
    return isConnected;
  }

  synchronized void connected(URI controller) {
    isConnected = true;
    detail = "following " + controller;
    contact();
  }

  /** Logged when it is news, not at each try. */
  synchronized void disconnected(String why) {
    if (isConnected || !detail.equals(why)) {
      LOG.warn("No controller to follow: {}", why);
    }
    isConnected = false;
    detail = why;
  }

  synchronized void contact() {
    lastContact = Optional.of(clock.instant());
  }

  synchronized void used(Revision used, SnapshotSource from) {
    revision = Optional.of(used);
    source = Optional.of(from);
  }

  synchronized void held(Optional<String> why) {
    held = why;
  }

  synchronized void listed() {
    lists++;
  }

  synchronized void mismatch() {
    mismatches++;
  }
}
