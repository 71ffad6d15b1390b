package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotTest {
  private static final List<View> VIEWS =
      List.of(
          View.parse("fleet:f0"),
          View.parse("fleet:f1"),
          View.parse("dns"),
          View.parse("targets"),
          View.parse("all"));

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  /** A random transaction on the snapshot: a few upserts and deletes, as references come and go. */
  private static Change transaction(Random random, Snapshot before) {
    long n = before.revision().n() + 1;
    var upserts = new TreeMap<ItemKey, Item>();
    for (int count = random.nextInt(4); count >= 0; count--) {
      var item = new Item(Examples.random(random), n);
      upserts.put(item.key(), item);
    }
    var present = new ArrayList<>(before.items().keySet());
    Collections.shuffle(present, random);
    var deletes =
        present.stream().filter(key -> !upserts.containsKey(key)).limit(random.nextInt(3)).toList();
    return new Change(
        Examples.revision(n), before.revision(), List.copyOf(upserts.values()), deletes);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldShowEveryViewAsIfItWereListedAnew(long seed) {
    var random = new Random(seed);
    var whole = Snapshot.of(Examples.revision(0), List.of());
    var views =
        new ArrayList<>(
            VIEWS.stream()
                .map(view -> view.select(Snapshot.of(Examples.revision(0), List.of())))
                .toList());

    for (int step = 0; step < 40; step++) {
      var change = transaction(random, whole);
      var after = whole.apply(change);
      for (int index = 0; index < VIEWS.size(); index++) {
        var narrowed = VIEWS.get(index).narrow(whole, after, change);
        var shown = views.get(index);
        var next = narrowed.map(one -> shown.apply(one.withPrev(shown.revision()))).orElse(shown);
        views.set(index, next.at(after.revision()));
        var listed = VIEWS.get(index).select(after);
        assertThat(views.get(index)).isEqualTo(listed);
        assertThat(views.get(index).checksum()).isEqualTo(listed.checksum());
      }
      whole = after;
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldSurviveTheWire(long seed) {
    var random = new Random(seed);
    var snapshot = Snapshot.of(Examples.revision(7), List.of());
    for (int step = 0; step < 10; step++) {
      var change = transaction(random, snapshot);
      snapshot = snapshot.apply(change);
      assertThat(Wire.readSnapshot(Wire.snapshot(snapshot))).isEqualTo(snapshot);
      assertThat(assembled(Wire.change(change, 1 + random.nextInt(8)))).isEqualTo(change);
    }
  }

  private static Change assembled(List<String> lines) {
    var upserts = new ArrayList<Item>();
    var deletes = new ArrayList<ItemKey>();
    for (String line : lines) {
      switch (Wire.readLine(line)) {
        case WatchLine.Changed(Change change) -> {
          return change;
        }
        case WatchLine.Part part -> {
          upserts.addAll(part.upserts());
          deletes.addAll(part.deletes());
        }
        case WatchLine.End(Revision revision, Revision prev, int items) -> {
          assertThat(upserts.size() + deletes.size()).isEqualTo(items);
          return new Change(revision, prev, upserts, deletes);
        }
        case WatchLine.Bookmark bookmark -> throw new AssertionError(bookmark);
      }
    }
    throw new AssertionError("the change has no end");
  }

  @Test
  void shouldReadABookmark() {
    var bookmark = new WatchLine.Bookmark(Examples.revision(3), "0".repeat(32));

    assertThat(Wire.readLine(Wire.bookmark(bookmark.revision(), bookmark.checksum())))
        .isEqualTo(bookmark);
  }

  @Test
  void shouldNoticeADamagedSnapshot() {
    String json =
        Wire.snapshot(
            Snapshot.of(Examples.revision(1), List.of(new Item(Examples.backend("p", "b", 3), 1))));

    assertThatThrownBy(() -> Wire.readSnapshot(json.replace("\"weight\":3", "\"weight\":4")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void shouldRefuseAChangeOfAnotherRevision() {
    var snapshot = Snapshot.of(Examples.revision(1), List.of());
    var change = new Change(Examples.revision(3), Examples.revision(2), List.of(), List.of());

    assertThatThrownBy(() -> snapshot.apply(change)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldHaveTheSameChecksumInAnyOrder() {
    var one = new Item(Examples.backend("p", "a", 1), 1);
    var two = new Item(Examples.backend("p", "b", 1), 2);

    assertThat(Snapshot.of(Examples.revision(2), List.of(one, two)).checksum())
        .isEqualTo(Snapshot.of(Examples.revision(9), List.of(two, one)).checksum())
        .isNotEqualTo(Snapshot.of(Examples.revision(2), List.of(one)).checksum());
  }

  @Test
  void shouldTellPoolsWithAlikeNamesApart() {
    var items =
        List.of("web", "web-a", "web0", "w").stream()
            .map(pool -> new Item(Examples.backend(pool, "b1", 1), 1))
            .toList();

    assertThat(Snapshot.of(Examples.revision(1), items).backends("web"))
        .extracting(Backend::pool)
        .containsExactly("web");
  }
}
