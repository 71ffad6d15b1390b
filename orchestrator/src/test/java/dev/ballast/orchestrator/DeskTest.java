package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.detection.Target;
import dev.ballast.detection.Transition;
import dev.ballast.detection.Watched;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeskTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final World world = new World();
  private final NotedHands hands = new NotedHands();
  private long nanos;
  private final Desk desk = new Desk(hands, () -> NOW, () -> nanos);

  private void own() {
    for (int partition = 0; partition < Subject.PARTITIONS; partition++) {
      desk.assigned(partition, fence(partition));
    }
  }

  private static Fence fence(int partition) {
    return new Fence("share " + partition, 7);
  }

  private void use() {
    desk.use(world.snapshot());
    desk.turn();
  }

  private void becomes(String id, Verdict verdict) {
    desk.became(
        hands.targets.get(id),
        new Transition(Verdict.UNKNOWN, verdict, "because", 1.5, false, nanos));
  }

  /** What was handed over last is in the database, and the next snapshot shows it. */
  private void commit() {
    world.put(hands.written.getLast().status());
    desk.settled(List.of(hands.written.getLast()), world.snapshot().revision());
    use();
  }

  @Test
  void shouldProbeWhatIsInItsShareAlone() {
    world.pool("web", true).backend("web", "b1", 1).backend("web", "b2", 2);
    int partition =
        new Subject.OfBackend(world.find("web", "b2"), Optional.empty(), "").partition();
    use();
    assertThat(hands.watched).isEmpty();
    desk.assigned(partition, fence(partition));
    desk.turn();
    assertThat(hands.watched).containsOnlyKeys("web/b2");
    desk.dropped(partition);
    assertThat(hands.watched).isEmpty();
    becomes("web/b2", Verdict.UNHEALTHY);
    assertThat(hands.written).as("what it owns no longer").isEmpty();
  }

  @Test
  void shouldWriteWhatItSeesUnderTheTokenOfTheShare() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    becomes("web/b1", Verdict.HEALTHY);
    assertThat(hands.backend(0))
        .isEqualTo(
            BackendStatus.first(world.find("web", "b1"), Verdict.HEALTHY, "because", 1.5, NOW));
    int partition =
        new Subject.OfBackend(world.find("web", "b1"), Optional.empty(), "").partition();
    assertThat(hands.written.getFirst().fence()).isEqualTo(fence(partition));
  }

  @Test
  void shouldGoByWhatStandsThereUntilItHasSeenOtherwise() {
    world.pool("web", true).backend("web", "b1", 1);
    world.put(
        new BackendStatus("web", "b1", Verdict.UNHEALTHY, "dead", 9, NOW.minusSeconds(10))
            .next(Verdict.HEALTHY, "back", 0, NOW.minusSeconds(5))
            .next(Verdict.UNHEALTHY, "dead again", 9, NOW.minusSeconds(2)));
    own();
    use();
    assertThat(hands.watched.get("web/b1"))
        .isEqualTo(
            new Watched.Known(
                Verdict.UNHEALTHY, List.of(Duration.ofSeconds(2), Duration.ofSeconds(10))));
    desk.tick();
    assertThat(hands.written).isEmpty();
  }

  @Test
  void shouldBelieveALaterSnapshotAboutWhatItHasNotSeenItself() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    assertThat(hands.watched.get("web/b1").verdict()).isEqualTo(Verdict.UNKNOWN);
    world.put(new BackendStatus("web", "b1", Verdict.UNHEALTHY, "dead", 9, NOW));
    use();
    assertThat(hands.watched.get("web/b1").verdict())
        .as("the last word of the owner before")
        .isEqualTo(Verdict.UNHEALTHY);
    assertThat(hands.written).isEmpty();
  }

  @Test
  void shouldWriteAgainWhatALaterSnapshotContradicts() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    becomes("web/b1", Verdict.HEALTHY);
    desk.tick();
    assertThat(hands.written).as("while it is on its way").hasSize(1);
    commit();
    desk.tick();
    assertThat(hands.written).as("once it stands there").hasSize(1);
    world.put(new BackendStatus("web", "b1", Verdict.UNHEALTHY, "late", 9, NOW));
    use();
    assertThat(hands.written).hasSize(2);
    assertThat(hands.backend(1).verdict()).isEqualTo(Verdict.HEALTHY);
  }

  @Test
  void shouldNotBeContradictedByASnapshotFromBeforeItsWrite() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    var before = world.snapshot();
    becomes("web/b1", Verdict.HEALTHY);
    world.put(hands.backend(0));
    desk.settled(List.of(hands.written.getFirst()), world.snapshot().revision());
    desk.use(before);
    desk.turn();
    desk.tick();
    assertThat(hands.written).hasSize(1);
  }

  @Test
  void shouldKeepTheHistoryOfItsOwnVerdicts() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    becomes("web/b1", Verdict.HEALTHY);
    becomes("web/b1", Verdict.UNHEALTHY);
    assertThat(hands.backend(1).history())
        .extracting(past -> past.verdict())
        .containsExactly(Verdict.HEALTHY);
  }

  @Test
  void shouldForgetABackendThatHasMoved() {
    world.pool("web", true).backend("web", "b1", 1);
    world.put(new BackendStatus("web", "b1", Verdict.UNHEALTHY, "dead", 9, NOW));
    own();
    use();
    Target old = hands.targets.get("web/b1");
    world.backend("web", "b1", 9);
    use();
    assertThat(hands.targets.get("web/b1").host()).isEqualTo("10.0.0.9");
    assertThat(hands.watched.get("web/b1")).isEqualTo(Watched.Known.NOTHING);
    assertThat(hands.backend(0).verdict()).isEqualTo(Verdict.UNKNOWN);
    desk.became(old, new Transition(Verdict.UNKNOWN, Verdict.UNHEALTHY, "old", 9, true, nanos));
    assertThat(hands.written).as("nothing about where it was").hasSize(1);
  }

  @Test
  void shouldNotGoByAVerdictOnAnAddressThatTheBackendHasLeftWhileNobodyWatched() {
    world.pool("web", true).backend("web", "b1", 1);
    world.put(BackendStatus.first(world.find("web", "b1"), Verdict.UNHEALTHY, "dead", 9, NOW));
    world.backend("web", "b1", 9);
    own();
    use();
    assertThat(hands.watched.get("web/b1")).isEqualTo(Watched.Known.NOTHING);
    becomes("web/b1", Verdict.UNHEALTHY);
    assertThat(hands.backend(0))
        .as("a first verdict on where it is now")
        .isEqualTo(
            BackendStatus.first(world.find("web", "b1"), Verdict.UNHEALTHY, "because", 1.5, NOW));
  }

  @Test
  void shouldTakeTheVerdictBackWhenThePoolHasNoHealthCheckAnyMore() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    becomes("web/b1", Verdict.UNHEALTHY);
    commit();
    world.pool("web", false);
    use();
    assertThat(hands.watched).isEmpty();
    assertThat(hands.backend(1).verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(hands.backend(1).reason()).isEqualTo("its pool has no health check");
    commit();
    world.pool("web", true);
    use();
    assertThat(hands.watched.get("web/b1").verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void shouldTakeBackTheLateWordOfTheOwnerBeforeOnWhatIsNotChecked() {
    world.pool("web", false).backend("web", "b1", 1);
    own();
    use();
    assertThat(hands.written).isEmpty();
    world.put(new BackendStatus("web", "b1", Verdict.UNHEALTHY, "dead", 9, NOW));
    use();
    assertThat(hands.backend(0).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void shouldNotHearOfAWatchThatItHasEnded() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    Target ended = hands.targets.get("web/b1");
    world.put(new BackendStatus("web", "b1", Verdict.UNHEALTHY, "dead", 9, NOW));
    use();
    desk.became(ended, new Transition(Verdict.UNKNOWN, Verdict.HEALTHY, "late", 0, false, nanos));
    assertThat(hands.written).as("the watch that goes on holds it unhealthy").isEmpty();
    becomes("web/b1", Verdict.HEALTHY);
    assertThat(hands.written).hasSize(1);
  }

  @Test
  void shouldBeginAnewFromWhatItSaysWhenTheHealthCheckIsAnother() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    becomes("web/b1", Verdict.UNHEALTHY);
    Target before = hands.targets.get("web/b1");
    world.poolAsking("web", "/other");
    use();
    assertThat(hands.watched.get("web/b1").verdict()).isEqualTo(Verdict.UNHEALTHY);
    desk.became(
        before, new Transition(Verdict.UNHEALTHY, Verdict.HEALTHY, "late", 0, false, nanos));
    assertThat(hands.written).as("what the ended watch says").hasSize(1);
    becomes("web/b1", Verdict.HEALTHY);
    assertThat(hands.backend(1).verdict()).isEqualTo(Verdict.HEALTHY);
  }

  @Test
  void shouldGoOnWatchingWhenSomethingElseOfTheBackendChanges() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    Target target = hands.targets.get("web/b1");
    hands.watched.clear();
    Backend known = world.find("web", "b1");
    world.put(
        new Backend(
            known.pool(), known.id(), known.address(), 7, known.zone(), known.adminState()));
    use();
    assertThat(hands.watched).isEmpty();
    desk.became(target, new Transition(Verdict.UNKNOWN, Verdict.HEALTHY, "good", 0, false, nanos));
    assertThat(hands.written).hasSize(1);
  }

  @Test
  void shouldNotGoByASnapshotFromBeforeItsWordWhenTheCheckIsGivenBack() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    becomes("web/b1", Verdict.HEALTHY);
    commit();
    world.pool("web", false);
    use();
    world.pool("web", true);
    use();
    assertThat(hands.watched.get("web/b1"))
        .as("its own last word is that nothing is known, and is on its way")
        .isEqualTo(Watched.Known.NOTHING);
  }

  @Test
  void shouldForgetWhatIsGone() {
    world.pool("web", true).backend("web", "b1", 1);
    own();
    use();
    world.remove(world.find("web", "b1"));
    use();
    assertThat(hands.watched).isEmpty();
    assertThat(desk.size()).isZero();
  }

  @Test
  void shouldSayHowAnLbServerIs() {
    LbServer server = world.lbServer("lb-1", "one");
    own();
    use();
    String id = "LbServer/lb-1";
    assertThat(hands.targets.get(id).port()).isEqualTo(7071);
    becomes(id, Verdict.HEALTHY);
    assertThat(hands.written).as("before it has said anything of itself").isEmpty();
    desk.reported(server, facts("one", false, true));
    assertThat(hands.last().state()).isEqualTo(LbServerState.NOT_READY);
    commit();
    desk.reported(server, facts("one", true, true));
    assertThat(hands.last().state()).isEqualTo(LbServerState.READY);
    commit();
    desk.reported(server, facts("one", true, false));
    nanos += LbServerJudge.STALE_AFTER.toNanos();
    desk.tick();
    assertThat(hands.last().state()).isEqualTo(LbServerState.STALE);
    commit();
    becomes(id, Verdict.UNHEALTHY);
    assertThat(hands.last())
        .isEqualTo(new LbServerStatus("lb-1", "one", LbServerState.DEAD, "because", 1.5, NOW));
    assertThat(hands.written).hasSize(4);
    assertThat(desk.ownLbServers()).containsExactly(server);
    commit();
    assertThat(desk.living()).isEmpty();
  }

  @Test
  void shouldGoOnWatchingAnLbServerThatHasNotSaidAnythingOfItself() {
    world.lbServer("lb-1", "one");
    own();
    use();
    becomes("LbServer/lb-1", Verdict.HEALTHY);
    hands.watched.clear();
    desk.tick();
    assertThat(hands.watched)
        .as("begun again, though the database only knows nothing yet")
        .isEmpty();
  }

  @Test
  void shouldBeginAnewWithAnLbServerThatWasStartedAgain() {
    world.lbServer("lb-1", "one");
    own();
    use();
    String id = "LbServer/lb-1";
    becomes(id, Verdict.UNHEALTHY);
    commit();
    LbServer next = world.lbServer("lb-1", "two");
    use();
    assertThat(hands.watched.get(id)).isEqualTo(Watched.Known.NOTHING);
    becomes(id, Verdict.HEALTHY);
    desk.reported(next, facts("one", true, true));
    assertThat(hands.last().reason()).contains("another process");
    desk.reported(next, facts("two", true, true));
    assertThat(hands.last())
        .isEqualTo(new LbServerStatus("lb-1", "two", LbServerState.READY, "it serves", 0, NOW));
  }

  @Test
  void shouldNotTakeALateWordOfTheProcessBeforeForThatOfAnLbServer() {
    LbServer before = world.lbServer("lb-1", "one");
    own();
    use();
    world.lbServer("lb-1", "two");
    use();
    desk.reported(before, facts("one", true, true));
    becomes("LbServer/lb-1", Verdict.HEALTHY);
    assertThat(hands.written).isEmpty();
  }

  @Test
  void shouldPassOnWhatLbServersSeeOfItsOwnBackends() {
    world.pool("web", true).backend("web", "b1", 1).backend("web", "b2", 2);
    own();
    use();
    LbServer first = world.lbServer("lb-1", "one");
    var seen = new Observations(Set.of("web/b1", "no/such"), Map.of("web/b2", 5L));
    desk.observed(first, seen, nanos);
    desk.observed(first, seen, nanos);
    assertThat(hands.accused).as("once for each ejection").containsExactly("web/b1");
    assertThat(hands.vouched).containsExactly("web/b2", "web/b2");
    desk.observed(first, new Observations(Set.of(), Map.of()), nanos);
    desk.observed(first, seen, nanos);
    assertThat(hands.accused).containsExactly("web/b1", "web/b1");
    desk.observed(world.lbServer("lb-1", "two"), seen, nanos);
    assertThat(hands.accused).as("by another process").hasSize(3);
  }

  @Test
  void shouldHearOfAnEjectionFromBeforeTheBackendWasItsOwn() {
    world.pool("web", true).backend("web", "b1", 1);
    LbServer server = world.lbServer("lb-1", "one");
    use();
    var seen = new Observations(Set.of("web/b1"), Map.of());
    desk.observed(server, seen, nanos);
    assertThat(hands.accused).isEmpty();
    own();
    desk.turn();
    desk.observed(server, seen, nanos);
    assertThat(hands.accused).containsExactly("web/b1");
  }

  @Test
  void shouldGoOnBesideAnLbServerWhoseAdminUrlIsNonsense() {
    world.lbServer("lb-1", "one");
    world.put(new LbServer("lb-2", "default", "two", "10.1.0.2", "http://a b:99999/?x", "1", NOW));
    world.lbServer("lb-3", "three");
    own();
    use();
    assertThat(hands.watched).containsOnlyKeys("LbServer/lb-1", "LbServer/lb-3");
    world.remove(world.lbServer("lb-1", "one"));
    use();
    assertThat(hands.watched).containsOnlyKeys("LbServer/lb-3");
  }

  private static LbServerFacts facts(String instance, boolean isReady, boolean isConnected) {
    return new LbServerFacts(
        instance,
        isReady,
        Optional.empty(),
        isConnected,
        0,
        "",
        "detail",
        isReady ? "" : "no snapshot");
  }
}
