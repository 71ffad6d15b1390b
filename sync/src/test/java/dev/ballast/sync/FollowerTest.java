package dev.ballast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Change;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.WatchLine;
import dev.ballast.model.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FollowerTest {
  private final World world = new World(World.EPOCH);
  private final Follower follower = new Follower();
  private final Random random = new Random(1);

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  /**
   * Lines are lost, doubled and swapped, connections are cut, changes come in parts: the follower ends with the controller's
   * snapshot, and on the way uses nothing that the controller never had.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldConvergeOverABadConnection(long seed) {
    var chance = new Random(seed);
    var shown = new ArrayList<Snapshot>();
    shown.add(world.now());
    for (int round = 0; round < 30; round++) {
      connect(shown);
      var lines = new ArrayList<String>();
      for (int count = chance.nextInt(5); count > 0; count--) {
        lines.addAll(Wire.change(world.change(chance), 1));
        shown.add(world.now());
        lines.add(Wire.bookmark(world.now().revision(), world.now().checksum()));
      }
      deliver(damaged(lines, chance), shown);
      follower.disconnected();
    }
    connect(shown);
    deliver(List.of(Wire.bookmark(world.now().revision(), world.now().checksum())), shown);
    connect(shown);

    assertThat(follower.current()).contains(world.now());
  }

  private void connect(List<Snapshot> shown) {
    if (follower.mustList()) {
      follower.listed(world.now());
    } else {
      var from = follower.current().orElseThrow().revision();
      deliver(
          world.since(from).stream().flatMap(change -> Wire.change(change, 1).stream()).toList(),
          shown);
    }
  }

  private void deliver(List<String> lines, List<Snapshot> shown) {
    for (String line : lines) {
      if (follower.mustList()) {
        return;
      }
      if (follower.heard(Wire.readLine(line)) instanceof Follower.Step.Use(Snapshot used)) {
        assertThat(shown).contains(used);
      }
    }
  }

  private static List<String> damaged(List<String> lines, Random chance) {
    var damaged = new ArrayList<>(lines);
    if (!damaged.isEmpty() && chance.nextBoolean()) {
      int at = chance.nextInt(damaged.size());
      switch (chance.nextInt(4)) {
        case 0 -> damaged.remove(at);
        case 1 -> damaged.add(at, damaged.get(at));
        case 2 -> damaged.add(damaged.remove(at));
        default -> damaged.subList(at, damaged.size()).clear();
      }
    }
    return damaged;
  }

  private Follower.Step hears(Change change) {
    return follower.heard(new WatchLine.Changed(change));
  }

  @Test
  void shouldListBeforeItWatches() {
    assertThat(follower.mustList()).isTrue();

    assertThat(follower.listed(world.now())).isEqualTo(new Follower.Step.Use(world.now()));
    assertThat(follower.mustList()).isFalse();
  }

  @Test
  void shouldWatchFromWhatIsOnDisk() {
    follower.start(world.now());

    assertThat(follower.mustList()).isFalse();
    assertThat(hears(world.change(random))).isEqualTo(new Follower.Step.Use(world.now()));
  }

  @Test
  void shouldListWhenALineIsMissing() {
    follower.listed(world.now());
    world.change(random);

    assertThat(hears(world.change(random))).isInstanceOf(Follower.Step.Relist.class);
    assertThat(follower.mustList()).isTrue();
  }

  @Test
  void shouldListWhenTheChecksumDiffers() {
    follower.listed(world.now());

    var step = follower.heard(new WatchLine.Bookmark(world.now().revision(), "0".repeat(32)));

    assertThat(step).isInstanceOf(Follower.Step.Relist.class);
  }

  @Test
  void shouldMoveOnWithABookmark() {
    follower.listed(world.now());
    var later = world.now().revision().withN(9);

    var step = follower.heard(new WatchLine.Bookmark(later, world.now().checksum()));

    assertThat(step).isEqualTo(new Follower.Step.Use(world.now().at(later)));
  }

  @Test
  void shouldTakeAChangeThatBeganBeforeABookmark() {
    follower.listed(world.now());
    var change = world.change(random);
    var later =
        new Change(
            world.now().revision().withN(9), change.prev(), change.upserts(), change.deletes());

    follower.heard(
        new WatchLine.Bookmark(
            world.now().revision().withN(8), follower.current().orElseThrow().checksum()));

    assertThat(hears(later)).isEqualTo(new Follower.Step.Use(world.now().at(later.revision())));
  }

  @Test
  void shouldPassOverAChangeThatItHas() {
    var change = world.change(random);
    follower.listed(world.now());

    assertThat(hears(change)).isEqualTo(new Follower.Step.Keep());
  }

  @Test
  void shouldUseNothingOfATransactionBeforeItsEnd() {
    follower.listed(world.now());
    var change = world.change(random);

    assertThat(follower.heard(new WatchLine.Part(change.upserts(), change.deletes())))
        .isEqualTo(new Follower.Step.Keep());
    assertThat(
            follower.heard(
                new WatchLine.End(
                    change.revision(),
                    change.prev(),
                    change.upserts().size() + change.deletes().size())))
        .isEqualTo(new Follower.Step.Use(world.now()));
  }

  @Test
  void shouldForgetTheBeginningOfATransactionThatDidNotEnd() {
    follower.listed(world.now());
    var change = world.change(random);
    follower.heard(new WatchLine.Part(change.upserts(), change.deletes()));

    follower.disconnected();

    assertThat(hears(change)).isEqualTo(new Follower.Step.Use(world.now()));
  }

  @Test
  void shouldKeepWhatItHasWhenTheListIsOlder() {
    var older = world.now();
    world.change(random);
    follower.listed(world.now());

    assertThat(follower.listed(older)).isEqualTo(new Follower.Step.Keep());
    assertThat(follower.current()).contains(world.now());
  }

  @Test
  void shouldTakeALowerNumberOfAnotherEpoch() {
    world.change(random);
    follower.listed(world.now());
    var other = new World("00000002").now();

    assertThat(follower.listed(other)).isEqualTo(new Follower.Step.Use(other));
  }

  @Test
  void shouldMoveToAnotherEpochThatHasTheSameItems() {
    follower.listed(world.now());
    follower.lost();
    var promoted = new Revision("00000000", world.now().revision().n());

    assertThat(follower.unchanged(promoted))
        .isEqualTo(new Follower.Step.Use(world.now().at(promoted)));
    assertThat(follower.current()).contains(world.now().at(promoted));
  }

  @Test
  void shouldHoldAnEmptyListOfAnotherEpochUntilItIsAccepted() {
    follower.listed(world.now());
    var empty = World.empty("00000002").now();

    assertThat(follower.listed(empty)).isInstanceOf(Follower.Step.Hold.class);
    assertThat(follower.held()).isPresent();
    assertThat(follower.current()).contains(world.now());

    follower.accept();
    assertThat(follower.listed(empty)).isEqualTo(new Follower.Step.Use(empty));
    assertThat(follower.held()).isEmpty();
  }

  @Test
  void shouldAcceptOneListOnly() {
    follower.listed(world.now());
    follower.accept();
    follower.unchanged(world.now().revision());

    assertThat(follower.listed(World.empty("00000002").now()))
        .isInstanceOf(Follower.Step.Hold.class);
  }

  @Test
  void shouldTakeAnEmptyListOfTheSameEpoch() {
    follower.listed(world.now());
    var emptied = Snapshot.of(new Revision(World.EPOCH, 9), List.of());

    assertThat(follower.listed(emptied)).isEqualTo(new Follower.Step.Use(emptied));
  }
}
