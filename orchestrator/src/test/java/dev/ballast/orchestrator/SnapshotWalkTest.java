package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.BackendStatus;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SnapshotWalkTest {
  private final World world =
      new World().pool("web", true).backend("web", "b1", 1).backend("web", "b2", 2);

  private static BackendStatus status(String backend, String reason) {
    return new BackendStatus("web", backend, Verdict.HEALTHY, reason, 0, Instant.EPOCH);
  }

  private static ItemKey key(String backend) {
    return new ItemKey(Kind.BACKEND_STATUS, "web/" + backend);
  }

  @Test
  void shouldSeeNothingWhereNothingChanged() {
    assertThat(SnapshotWalk.between(world.snapshot(), world.snapshot()))
        .isEqualTo(new SnapshotWalk(List.of(), false));
  }

  @Test
  void shouldTellStatusesFromAllElse() {
    Snapshot before = world.snapshot();
    Snapshot after = world.put(status("b2", "")).snapshot();
    assertThat(SnapshotWalk.between(before, after).statuses()).containsExactly(key("b2"));
    assertThat(SnapshotWalk.between(before, after).isMore()).isFalse();
    assertThat(SnapshotWalk.between(after, before).statuses()).containsExactly(key("b2"));
    assertThat(SnapshotWalk.between(before, world.lbServerAdded()).isMore()).isTrue();
  }

  @RepeatedTest(50)
  void shouldFindWhatAComparisonOfAllFinds(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    for (int i = 1; i < 30; i++) {
      world.backend("web", "b" + i, i);
    }
    Snapshot before = world.snapshot();
    for (int i = 0; i < 40; i++) {
      String name = "b" + (1 + random.nextInt(29));
      if (random.nextBoolean()) {
        world.put(status(name, "at " + i));
      } else if (world.snapshot().find(key(name)).isPresent()) {
        world.remove(status(name, ""));
      }
      before = random.nextInt(8) == 0 ? world.snapshot() : before;
    }
    Snapshot after = world.snapshot();
    Set<ItemKey> expected = new HashSet<>(before.items().keySet());
    expected.addAll(after.items().keySet());
    Snapshot old = before;
    expected.removeIf(key -> old.find(key).equals(after.find(key)));
    assertThat(SnapshotWalk.between(before, after).statuses())
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
