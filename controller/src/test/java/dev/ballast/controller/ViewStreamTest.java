package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.configdb.FeedListener;
import dev.ballast.configdb.FeedStatus;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewStreamTest {
  private static final List<View> VIEWS =
      List.of(
          new View.FleetView("default"),
          new View.FleetView("east"),
          new View.Dns(),
          new View.Targets(),
          new View.All());

  private final FakeDatabase database = new FakeDatabase();

  private static WatchLimits limits(int windowChanges, long windowBytes) {
    return new WatchLimits(
        8, 100, windowChanges, windowBytes, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
  }

  private Catalog catalog(WatchLimits limits) {
    var catalog = new Catalog(limits, InstantSource.system(), System::nanoTime);
    database.follow(catalog);
    return catalog;
  }

  /** A watcher of one view, that is told everything whenever it asks. */
  private static final class Client {
    private final Catalog catalog;
    private final View view;
    final AtomicInteger cuts = new AtomicInteger();
    int lists;
    Follower follower;
    private ViewStream stream;
    private Watcher watcher;

    Client(Catalog catalog, View view) {
      this.catalog = catalog;
      this.view = view;
      list();
    }

    private void list() {
      lists++;
      follower = new Follower(catalog.stream(view).snapshot());
      assertThat(connect()).as("a watch from a fresh list").isTrue();
    }

    boolean connect() {
      stream = catalog.stream(view);
      watcher = new Watcher(follower.snapshot().revision(), 0, cuts::incrementAndGet);
      return stream.join(watcher);
    }

    void reconnect() {
      stream.leave(watcher);
      if (!connect()) {
        list();
      }
    }

    /** Hears until it is up to date. */
    void catchUp() throws InterruptedException {
      while (true) {
        switch (stream.next(watcher)) {
          case ViewStream.Next.Lines(Payload lines) -> follower.hear(lines);
          case ViewStream.Next.Bookmark(Payload line) -> {
            follower.hear(line);
            return;
          }
          case ViewStream.Next.LeftBehind(), ViewStream.Next.Ended() -> {
            stream.leave(watcher);
            list();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void shouldGiveEveryWatcherItsViewAtEveryRevision(long seed) throws InterruptedException {
    var writes = new RandomWrites(seed);
    Catalog catalog = catalog(limits(16, 1 << 20));
    List<Client> clients = VIEWS.stream().map(view -> new Client(catalog, view)).toList();
    for (int step = 0; step < 300; step++) {
      writes.commit(database);
      for (Client client : clients) {
        if (writes.below(4) > 0) {
          if (writes.below(10) == 0) {
            client.reconnect();
          }
          client.catchUp();
          Snapshot expected = client.view.select(database.state());
          assertThat(client.follower.snapshot()).isEqualTo(expected);
          assertThat(client.follower.snapshot().checksum()).isEqualTo(expected.checksum());
        }
      }
    }
    assertThat(clients).allSatisfy(client -> assertThat(client.lists).isLessThan(20));
  }

  /** The changes of a feed as it polls: several revisions become one change; now and then it lists again. */
  private static final class PollingFeed implements FeedListener {
    private final Catalog catalog;
    private final RandomWrites chance;
    private final List<Change> pending = new ArrayList<>();

    PollingFeed(Catalog catalog, RandomWrites chance) {
      this.catalog = catalog;
      this.chance = chance;
    }

    @Override
    public void listed(Snapshot whole) {
      pending.clear();
      catalog.listed(whole);
    }

    @Override
    public void status(FeedStatus status) {
      catalog.status(status);
    }

    @Override
    public void committed(Change change) {
      pending.add(change);
      if (chance.below(3) == 0) {
        catalog.committed(sum());
        pending.clear();
      }
    }

    private Change sum() {
      Map<ItemKey, Item> upserts = new LinkedHashMap<>();
      Set<ItemKey> deletes = new LinkedHashSet<>();
      for (Change change : pending) {
        change.deletes().forEach(upserts::remove);
        deletes.addAll(change.deletes());
        for (Item item : change.upserts()) {
          upserts.put(item.key(), item);
          deletes.remove(item.key());
        }
      }
      return new Change(
          pending.getLast().revision(),
          pending.getFirst().prev(),
          List.copyOf(upserts.values()),
          List.copyOf(deletes));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldConvergeWhenTheFeedPollsAndListsAgain(long seed) throws InterruptedException {
    var writes = new RandomWrites(seed);
    var catalog = new Catalog(limits(8, 1 << 20), InstantSource.system(), System::nanoTime);
    database.follow(new PollingFeed(catalog, writes));
    List<Client> clients = VIEWS.stream().map(view -> new Client(catalog, view)).toList();
    for (int step = 0; step < 300; step++) {
      writes.commit(database);
      if (writes.below(20) == 0) {
        database.list();
      }
      for (Client client : clients) {
        if (writes.below(3) > 0) {
          client.catchUp();
          assertThat(client.follower.snapshot())
              .isEqualTo(client.view.select(catalog.whole().orElseThrow()));
        }
      }
    }
    assertThat(catalog.lists.sum()).isGreaterThan(5);
  }

  @Test
  void shouldSendAVeryLargeChangeInParts() throws InterruptedException {
    Catalog catalog = catalog(limits(16, 1 << 30));
    var client = new Client(catalog, new View.All());
    var backends = new ArrayList<dev.ballast.model.Resource>();
    for (int index = 0; index < 2_500; index++) {
      backends.add(RandomWrites.backend("web", "b" + index, 1));
    }
    database.commit(backends, List.of());

    client.catchUp();

    assertThat(client.follower.snapshot()).isEqualTo(database.state());
  }

  @Test
  void shouldRefuseAWatcherWhoseRevisionHasLeftTheWindow() throws InterruptedException {
    Catalog catalog = catalog(limits(2, 1 << 20));
    var client = new Client(catalog, new View.All());
    for (int n = 0; n < 5; n++) {
      database.commit(List.of(RandomWrites.pool("web", n)), List.of());
    }

    assertThat(client.connect()).isFalse();
  }

  @Test
  void shouldCutOffAWatcherThatIsLeftBehind() {
    Catalog catalog = catalog(limits(2, 1 << 20));
    var slow = new Client(catalog, new View.All());
    for (int n = 0; n < 3; n++) {
      database.commit(List.of(RandomWrites.pool("web", n)), List.of());
    }

    org.awaitility.Awaitility.await().until(() -> slow.cuts.get() == 1);
  }

  @Test
  void shouldBoundTheWindowInBytes() throws InterruptedException {
    Catalog catalog = catalog(limits(1_000, 2_000));
    var client = new Client(catalog, new View.All());
    for (int n = 0; n < 50; n++) {
      database.commit(List.of(RandomWrites.pool("web", n)), List.of());
    }

    assertThat(client.connect()).isFalse();
  }

  @Test
  void shouldContinueFromAnyRevisionThatTheViewDidNotSee() throws InterruptedException {
    Catalog catalog = catalog(limits(4, 1 << 20));
    var client = new Client(catalog, new View.Dns());
    for (int n = 0; n < 50; n++) {
      database.commit(List.of(RandomWrites.pool("web", n)), List.of());
    }

    client.reconnect();
    client.catchUp();

    assertThat(client.lists).isEqualTo(1);
    assertThat(client.follower.snapshot().revision()).isEqualTo(database.state().revision());
  }

  @Test
  void shouldRefuseAWatcherInsideOfWhatOneLineSumsUp() {
    var catalog = new Catalog(limits(8, 1 << 20), InstantSource.system(), System::nanoTime);
    catalog.listed(database.state());
    ViewStream stream = catalog.stream(new View.All());
    Revision start = FakeDatabase.START;
    catalog.committed(
        new Change(
            start.withN(5),
            start,
            List.of(new Item(RandomWrites.pool("web", 1), 5)),
            List.of(new ItemKey(Kind.POOL, "api"))));

    var joined = new HashMap<Long, Boolean>();
    for (long n = 1; n <= 5; n++) {
      joined.put(n, stream.join(new Watcher(start.withN(n), 0, () -> {})));
    }

    assertThat(joined)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(1L, true, 2L, false, 3L, false, 4L, false, 5L, true));
  }

  @Test
  void shouldEndItsWatchersWhenTheEpochChanges() throws InterruptedException {
    Catalog catalog = catalog(limits(8, 1 << 20));
    var client = new Client(catalog, new View.All());
    database.become(Snapshot.of(new Revision("00000001", 7), List.of()));

    assertThat(client.stream.next(client.watcher)).isEqualTo(new ViewStream.Next.Ended());
    assertThat(client.connect()).isFalse();
  }

  @Test
  void shouldEncodeASnapshotOncePerRevision() {
    Catalog catalog = catalog(limits(8, 1 << 20));
    ViewStream stream = catalog.stream(new View.All());

    var first = stream.encoded();

    assertThat(stream.encoded()).isSameAs(first);
    database.commit(List.of(), List.of());
    assertThat(stream.encoded()).isNotSameAs(first);
  }
}
