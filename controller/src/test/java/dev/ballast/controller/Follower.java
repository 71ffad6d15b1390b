package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Snapshot;
import dev.ballast.model.WatchLine;
import dev.ballast.model.Wire;
import java.util.ArrayList;
import java.util.List;

/** The strictest of clients: every line has to continue exactly what it has. */
final class Follower {
  private final List<Item> upserts = new ArrayList<>();
  private final List<ItemKey> deletes = new ArrayList<>();
  private Snapshot snapshot;

  Follower(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  void hear(Payload payload) {
    byte[] bytes = new byte[payload.size()];
    payload.buffer().get(bytes);
    new String(bytes, java.nio.charset.StandardCharsets.UTF_8).lines().forEach(this::hear);
  }

  void hear(String line) {
    switch (Wire.readLine(line)) {
      case WatchLine.Changed(Change change) -> snapshot = snapshot.apply(change);
      case WatchLine.Part(List<Item> more, List<ItemKey> gone) -> {
        upserts.addAll(more);
        deletes.addAll(gone);
      }
      case WatchLine.End(var revision, var prev, int items) -> {
        assertThat(upserts.size() + deletes.size()).as("items of the parts").isEqualTo(items);
        snapshot = snapshot.apply(new Change(revision, prev, upserts, deletes));
        upserts.clear();
        deletes.clear();
      }
      case WatchLine.Bookmark(var revision, var checksum) -> {
        assertThat(revision.isAtLeast(snapshot.revision())).as(line).isTrue();
        assertThat(checksum).as("checksum at " + revision).isEqualTo(snapshot.checksum());
        snapshot = snapshot.at(revision);
      }
    }
  }
}
