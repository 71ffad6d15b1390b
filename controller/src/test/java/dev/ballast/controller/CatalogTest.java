package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final Revision START = new Revision("9f3a1c2e", 10);
  private static final Duration NOT_LONG = Duration.ofMillis(20);

  private final Catalog catalog =
      new Catalog(WatchLimits.defaults(), InstantSource.system(), System::nanoTime);

  private static Snapshot listAt(Revision revision) {
    return Snapshot.of(revision, List.of(new Item(RandomWrites.pool("web", 1), 3)));
  }

  private static Change change(Revision prev, Revision revision, int panicThreshold) {
    var item = new Item(RandomWrites.pool("web", panicThreshold), revision.n());
    return new Change(revision, prev, List.of(item), List.of());
  }

  private Revision revision() {
    return catalog.whole().orElseThrow().revision();
  }

  @Test
  void shouldBeEmptyBeforeTheFirstList() throws InterruptedException {
    assertThat(catalog.whole()).isEmpty();
    assertThat(catalog.awaitListed(NOT_LONG)).isEmpty();
    assertThatThrownBy(() -> catalog.stream(new View.All())).isInstanceOf(HttpProblem.class);
  }

  @Test
  void shouldFollowChangeByChange() {
    catalog.listed(listAt(START));
    catalog.committed(change(START, START.withN(11), 7));

    assertThat(revision()).isEqualTo(START.withN(11));
  }

  @Test
  void shouldRefuseAChangeThatLeavesAGap() {
    catalog.listed(listAt(START));

    assertThatThrownBy(() -> catalog.committed(change(START.withN(12), START.withN(13), 7)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("9f3a1c2e.12");
    assertThat(revision()).isEqualTo(START);
  }

  @Test
  void shouldPassOverAChangeThatItHasSeen() {
    catalog.listed(listAt(START));
    catalog.committed(change(START.withN(8), START.withN(9), 7));

    assertThat(catalog.whole()).contains(listAt(START));
  }

  @Test
  void shouldTakeAChangeThatBeginsBeforeItsRevision() {
    catalog.listed(listAt(START));
    catalog.committed(change(START.withN(8), START.withN(12), 7));

    assertThat(revision()).isEqualTo(START.withN(12));
  }

  @Test
  void shouldNotGoBackWithinAnEpoch() {
    catalog.listed(listAt(START));
    catalog.listed(listAt(START.withN(9)));

    assertThat(revision()).isEqualTo(START);
  }

  @Test
  void shouldBeginAnewInAnotherEpoch() {
    catalog.listed(listAt(START));
    catalog.listed(listAt(new Revision("00000001", 2)));

    assertThat(revision()).isEqualTo(new Revision("00000001", 2));
  }

  @Test
  void shouldTellWhetherARevisionHasComeInTime() throws InterruptedException {
    catalog.listed(listAt(START));

    assertThat(catalog.await(START.withN(9), NOT_LONG)).isTrue();
    assertThat(catalog.await(START.withN(11), NOT_LONG)).isFalse();
    assertThat(catalog.await(new Revision("00000001", 1), NOT_LONG)).isFalse();
    Thread.ofVirtual().start(() -> catalog.committed(change(START, START.withN(11), 7)));
    assertThat(catalog.await(START.withN(11), Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void shouldKeepNoMoreViewsThanItMay() {
    catalog.listed(listAt(START));
    int limit = WatchLimits.defaults().views();
    var watched = catalog.stream(new View.FleetView("f0"));
    watched.join(new Watcher(START, 0, () -> {}));
    for (int index = 1; index < 2 * limit; index++) {
      catalog.stream(new View.FleetView("f" + index));
    }

    assertThat(catalog.stream(new View.FleetView("f0"))).isSameAs(watched);
  }

  @Test
  void shouldRefuseAnotherViewWhenAllAreWatched() {
    catalog.listed(listAt(START));
    for (int index = 0; index < WatchLimits.defaults().views(); index++) {
      catalog.stream(new View.FleetView("f" + index)).join(new Watcher(START, 0, () -> {}));
    }

    assertThatThrownBy(() -> catalog.stream(new View.All()))
        .isInstanceOfSatisfying(
            HttpProblem.class, problem -> assertThat(problem.code()).isEqualTo("too-many-views"));
  }
}
