package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Claim;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import dev.ballast.locks.Mode;
import dev.ballast.locks.Ownership;
import dev.ballast.locks.PartitionListener;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Verdict;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who observes, and what was observed. */
class ObservedTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

  private final MemoryEngine engine = new MemoryEngine(System::nanoTime);
  private TestController controller = new TestController(engine);

  /** Takes what comes. */
  private static final PartitionListener LISTENER =
      new PartitionListener() {
        @Override
        public void assigned(Ownership ownership) {}

        @Override
        public void revoked(Ownership ownership) {}

        @Override
        public void lost(Ownership ownership) {}
      };

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void shouldSayThatNobodyObserves() {
    JsonNode answer = controller.json("/v1/orchestrators");

    assertThat(answer.toString())
        .isEqualTo("{\"group\":\"orchestrators\",\"partitions\":0,\"owned\":0,\"members\":[]}");
  }

  @Test
  void shouldTellWhoObservesHowMuch() {
    try (var locks = new Locks(engine, LocksSettings.of("o", System::nanoTime, new Random(1)))) {
      var group = locks.join(GroupSettings.of("orchestrators", "o-1", 256), LISTENER);
      await().until(() -> group.owned().size() == 256);

      JsonNode answer = controller.json("/v1/orchestrators");

      assertThat(answer.path("partitions").asInt()).isEqualTo(256);
      assertThat(answer.path("owned").asInt()).isEqualTo(256);
      JsonNode member = answer.path("members").get(0);
      assertThat(member.path("name").asString()).isEqualTo("o-1");
      assertThat(member.path("weight").asInt()).isEqualTo(1);
      assertThat(member.path("partitions").asInt()).isEqualTo(256);
      assertThat(member.path("leaving").asBoolean()).isFalse();
      assertThat(member.path("doubt").asString()).isEmpty();
      assertThat(member.path("remaining").asString()).matches("\\d+ms");
    }
    assertThat(controller.json("/v1/orchestrators").path("members")).isEmpty();
  }

  @Test
  void shouldTellWhoDoubtsItself() {
    try (var locks = new Locks(engine, LocksSettings.of("o", System::nanoTime, new Random(1)))) {
      locks.join(GroupSettings.of("orchestrators", "o-1", 256), LISTENER);
      locks.join(GroupSettings.of("orchestrators", "o-2", 256), LISTENER);
      locks.tryAcquire(new Claim("orchestrators-in-doubt/o-2", Mode.exclusive(), "3 of 4 silent"));

      JsonNode members = controller.json("/v1/orchestrators").path("members");

      assertThat(members.get(0).path("doubt").asString()).isEmpty();
      assertThat(members.get(1).path("doubt").asString()).isEqualTo("3 of 4 silent");
    }
  }

  @Test
  void shouldSayThatItCannotTellWhileTheEngineDoesNotAnswer() {
    controller.close();
    controller = new TestController(FailingEngine.create());

    var answer = controller.get("/v1/orchestrators");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("the database does not answer");
  }

  @Test
  void shouldDemandAToken() {
    var request = HttpRequest.newBuilder(controller.uri().resolve("/v1/orchestrators")).build();

    assertThat(controller.send(request).statusCode()).isEqualTo(401);
  }

  @Test
  void shouldShowVerdictsWithTheirHistory() {
    controller.apply("kind: Pool\nname: web\nbackends:\n" + backend("b1") + backend("b2"));
    var status =
        new BackendStatus("web", "b1", Verdict.HEALTHY, "status 200", 0, NOON)
            .next(Verdict.UNHEALTHY, "connect refused", 1.5, NOON.plusSeconds(5));
    controller.database.commit(List.of(status), List.of());
    await()
        .until(() -> controller.json("/v1/status").path("verdicts").path("unhealthy").asInt() == 1);

    JsonNode shown = controller.json("/v1/pools/web/backends").path("items").get(0).path("status");
    assertThat(shown.toString())
        .isEqualTo(
            """
            {"verdict":"unhealthy","reason":"connect refused","phi":1.5,"since":"2026-01-31T12:00:05Z",\
            "history":[{"verdict":"healthy","reason":"status 200","since":"2026-01-31T12:00:00Z"}]}""");
    assertThat(controller.json("/v1/status").path("verdicts").toString())
        .isEqualTo("{\"unknown\":1,\"healthy\":0,\"unhealthy\":1}");
  }

  private static String backend(String name) {
    return "  - {name: %s, address: \"10.0.0.1:80\"}\n".formatted(name);
  }

  @Test
  void shouldShowWhatIsObservedOfAnLbServerWhileItIsTheSameInstance() {
    var status = new LbServerStatus("lb-1", "a1", LbServerState.DEAD, "no answer", 9, NOON);
    controller.database.commit(List.of(lbServer("a1"), status), List.of());
    await().until(() -> server("/v1/lbservers", "items").path("status").isObject());

    assertThat(server("/v1/lbservers", "items").path("status").toString())
        .isEqualTo(
            "{\"state\":\"dead\",\"reason\":\"no answer\",\"phi\":9.0,\"since\":\"2026-01-31T12:00:00Z\"}");
    assertThat(server("/v1/rollout?wait=0s", "servers").path("status").path("state").asString())
        .isEqualTo("dead");

    controller.database.commit(List.of(lbServer("b2")), List.of());
    await().until(() -> !server("/v1/lbservers", "items").path("status").isObject());
    assertThat(server("/v1/rollout?wait=0s", "servers").path("status").isMissingNode()).isTrue();
  }

  private static LbServer lbServer(String instance) {
    return new LbServer("lb-1", "default", instance, "127.0.0.1", "http://127.0.0.1:1", "1", NOON);
  }

  private JsonNode server(String path, String list) {
    return controller.json(path).path(list).path(0);
  }
}
