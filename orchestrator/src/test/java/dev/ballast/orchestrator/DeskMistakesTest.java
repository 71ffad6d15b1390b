package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.detection.Transition;
import dev.ballast.detection.Watched;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Verdict;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong with one subject must not be to the harm of the others. */
class DeskMistakesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final World world = new World();
  private final NotedHands hands = new NotedHands();
  private final Desk desk = new Desk(hands, () -> NOW, () -> 0);

  @BeforeEach
  void begin() {
    for (int partition = 0; partition < Subject.PARTITIONS; partition++) {
      desk.assigned(partition, new Fence("share " + partition, 7));
    }
    world.pool("web", true);
    for (int i = 1; i <= 4; i++) {
      world.backend("web", "b" + i, i);
    }
  }

  private void use() {
    desk.use(world.snapshot());
    desk.turn();
  }

  @Test
  void shouldWatchAllOthersAndTryAgainWithTheNextConfiguration() {
    hands.refused.add("web/b2");
    use();
    assertThat(hands.watched).containsOnlyKeys("web/b1", "web/b3", "web/b4");
    world.remove(world.find("web", "b1"));
    use();
    assertThat(hands.watched).as("what is gone").containsOnlyKeys("web/b3", "web/b4");
    hands.refused.clear();
    world.backend("web", "b5", 5);
    use();
    assertThat(hands.watched).containsOnlyKeys("web/b2", "web/b3", "web/b4", "web/b5");
  }

  @Test
  void shouldBeginAgainWithWhatCouldNotBeAskedInAnotherWay() {
    use();
    hands.refused.add("web/b2");
    world.poolAsking("web", "/other");
    use();
    assertThat(hands.watched).containsOnlyKeys("web/b1", "web/b3", "web/b4");
    desk.tick();
    assertThat(hands.written).isEmpty();
    hands.refused.clear();
    world.backend("web", "b5", 5);
    use();
    assertThat(hands.watched).containsKey("web/b2");
    desk.became(
        hands.targets.get("web/b2"),
        new Transition(Verdict.UNKNOWN, Verdict.HEALTHY, "good", 0, false, 0));
    assertThat(hands.backend(0).backend()).isEqualTo("b2");
  }

  @Test
  void shouldBelieveALaterSnapshotAboutTheOthers() {
    use();
    hands.refused.add("web/b1");
    for (int i = 1; i <= 4; i++) {
      world.put(new BackendStatus("web", "b" + i, Verdict.UNHEALTHY, "dead", 9, NOW));
    }
    use();
    assertThat(hands.watched)
        .hasSize(3)
        .doesNotContainKey("web/b1")
        .allSatisfy((_, known) -> assertThat(known.verdict()).isEqualTo(Verdict.UNHEALTHY));
    hands.refused.clear();
    world.backend("web", "b5", 5);
    use();
    assertThat(hands.watched.get("web/b1"))
        .extracting(Watched.Known::verdict)
        .isEqualTo(Verdict.UNHEALTHY);
  }
}
