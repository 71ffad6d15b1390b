package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Locks as whoever has no more than an HTTP client sees them. */
class LockApiTest {
  private static final String LEASE = "0123456789abcdef-0000000000000001";

  private final TestController controller = new TestController();

  @AfterEach
  void stop() {
    controller.close();
  }

  private HttpResponse<String> post(String path, String json) {
    return controller.send(
        controller
            .request(path)
            .header("Content-Type", "application/json")
            .header("Ballast-User", "alice")
            .POST(TestController.text(json))
            .build());
  }

  private JsonNode acquired(String name, String json) {
    var answer = post("/v1/locks/" + name, json);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.read(answer.body());
  }

  @Test
  void shouldLockRenewAndReleaseWithThreeRequests() {
    JsonNode held = acquired("jobs", "{\"owner\": \"me\", \"ttl\": \"20s\"}");
    assertThat(held.path("token").asLong()).isEqualTo(1);
    assertThat(held.path("ttl").asString()).isEqualTo("20000ms");
    String lease = "/v1/leases/" + held.path("lease").asString();

    assertThat(post(lease + "/renew", "{}").statusCode()).isEqualTo(200);
    assertThat(controller.delete(lease).statusCode()).isEqualTo(204);

    var renewal = post(lease + "/renew", "{}");
    assertThat(renewal.statusCode()).isEqualTo(410);
    assertThat(Json.read(renewal.body()).path("type").asString())
        .isEqualTo("urn:ballast:problem:lease-lost");
    assertThat(acquired("jobs", "{\"owner\": \"me\"}").path("token").asLong()).isEqualTo(2);
  }

  @Test
  void shouldNameTheHoldersOfALockThatIsNotFree() {
    acquired("jobs", "{\"owner\": \"me\", \"note\": \"since noon\"}");

    var answer = post("/v1/locks/jobs", "{\"owner\": \"you\", \"wait\": \"50ms\"}");

    assertThat(answer.statusCode()).isEqualTo(409);
    JsonNode problem = Json.read(answer.body());
    assertThat(problem.path("type").asString()).isEqualTo("urn:ballast:problem:not-acquired");
    JsonNode holder = problem.path("holders").get(0);
    assertThat(holder.path("owner").asString()).isEqualTo("me");
    assertThat(holder.path("note").asString()).isEqualTo("since noon");
    assertThat(controller.json("/v1/locks").path("items").size()).isEqualTo(1);
  }

  @Test
  void shouldWaitForItsTurn() {
    String lease = acquired("jobs", "{\"owner\": \"me\"}").path("lease").asString();
    var waiting =
        CompletableFuture.supplyAsync(
            () -> acquired("jobs", "{\"owner\": \"you\", \"ttl\": \"2s\", \"wait\": \"20s\"}"));
    await().until(() -> controller.json("/v1/locks/jobs").path("items").size() == 2);
    await()
        .during(Duration.ofMillis(2500))
        .until(() -> controller.json("/v1/locks/jobs").path("items").size() == 2);

    controller.delete("/v1/leases/" + lease);

    assertThat(waiting.join().path("token").asLong()).isEqualTo(2);
    await()
        .untilAsserted(
            () -> assertThat(controller.metrics()).contains("ballast_locks_listeners 0.0\n"));
  }

  @Test
  void shouldShareAndCountPermits() {
    acquired("r", "{\"owner\": \"a\", \"mode\": \"shared\"}");
    acquired("r", "{\"owner\": \"b\", \"mode\": \"shared\"}");
    acquired("s", "{\"owner\": \"a\", \"mode\": \"permits:2/3\"}");
    var answer = post("/v1/locks/s", "{\"owner\": \"b\", \"mode\": \"permits:2/3\"}");
    assertThat(answer.statusCode()).isEqualTo(409);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a%2Fb       | a/b",
        "a%252Fb     | a%2Fb",
        "%2E%2E      | ..",
        "%2e         | .",
        "a%20b       | a b",
        "a+b         | a+b",
        "a;b=c       | a;b=c",
        "%C3%A4%3F   | ä?",
        "a%5Cb       | a\\b",
        "a%2F..%2Fb  | a/../b"
      })
  void shouldTakeAnyNameThatIsPercentEncoded(String segment, String name) {
    acquired(segment, "{\"owner\": \"me\"}");
    JsonNode items = controller.json("/v1/locks/" + segment).path("items");
    assertThat(items.get(0).path("name").asString()).isEqualTo(name);
    assertThat(controller.delete("/v1/locks/" + segment).statusCode()).isEqualTo(200);
    assertThat(controller.json("/v1/locks").path("items").size()).isZero();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/locks/a         | {}                                    | 422 | owner is required",
        "/v1/locks/a         | {\"owner\": 1}                        | 422 | owner is text",
        "/v1/locks/a         | {\"owner\": \"x\", \"tll\": \"1s\"}   | 422 | means nothing here",
        "/v1/locks/a         | {\"owner\": \"x\", \"ttl\": \"1ms\"}  | 422 | 100ms to 1d",
        "/v1/locks/a         | {\"owner\": \"x\", \"ttl\": \"soon\"} | 422 | not a duration",
        "/v1/locks/a         | {\"owner\": \"x\", \"wait\": \"31s\"} | 422 | at most 30s",
        "/v1/locks/a         | {\"owner\": \"x\", \"mode\": \"x\"}   | 422 | want exclusive",
        "/v1/locks/%24group%2Fg | {\"owner\": \"x\"}                 | 422 | belong to consumer groups",
        "/v1/locks/%00       | {\"owner\": \"x\"}                    | 400 | ",
        "/v1/locks/%C3       | {\"owner\": \"x\"}                    | 400 | ",
        "/v1/locks/a         | [                                     | 400 | not JSON",
        "/v1/leases/x/renew  | {}                                    | 422 | no lease",
        "/v1/leases/0123456789abcdef-0000000000000009/claim | {\"claims\": [{\"name\": \"a\"}, {\"name\": \"a\"}]} | 422 | claimed twice",
        "/v1/leases/0123456789abcdef-0000000000000009/claim | {\"claims\": [{\"name\": \"a\"}]} | 410 | no lease"
      })
  void shouldSayWhatIsWrong(String path, String json, int status, String detail) {
    var answer = post(path, json);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(detail == null ? "" : detail);
    assertThat(controller.json("/v1/locks").path("items").size()).isZero();
  }

  @Test
  void shouldRefuseABodyThatIsTooLarge() {
    var answer = post("/v1/locks/a", "{\"owner\": \"" + "x".repeat(LockBody.BYTES) + "\"}");
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void shouldBreakALockWithAllThatItsLeaseHolds() {
    JsonNode held = acquired("jobs", "{\"owner\": \"me\"}");
    var broken = controller.delete("/v1/locks/jobs");
    assertThat(Json.read(broken.body()).path("items").get(0).path("lease"))
        .isEqualTo(held.path("lease"));
    assertThat(post("/v1/leases/" + held.path("lease").asString() + "/renew", "{}").statusCode())
        .isEqualTo(410);
    assertThat(Json.read(controller.delete("/v1/locks/jobs").body()).path("items").size()).isZero();
  }

  @Test
  void shouldHandWakesToWhoeverAsks() {
    String wakes = "/v1/wakes?client=0123456789abcdef";
    assertThat(controller.json(wakes).path("isAny").asBoolean()).isFalse();
    assertThat(post("/v1/wakes", "{\"leases\": [\"" + LEASE + "\"]}").statusCode()).isEqualTo(204);

    JsonNode woken = controller.json(wakes + "&wait=20s");

    assertThat(woken.path("leases").get(0).asString()).isEqualTo(LEASE);
    assertThat(
            controller.json("/v1/wakes?client=0123456789abcdee&wait=20s").path("isAny").asBoolean())
        .as("who begins to wait may have missed something")
        .isTrue();
    assertThat(controller.get("/v1/wakes?client=me").statusCode()).isEqualTo(422);
  }

  @Test
  void shouldSayWhatKeepsTheLocks() {
    assertThat(controller.json("/v1/lock-engine").path("name").asString())
        .isEqualTo("this process's memory");
    assertThat(controller.json("/v1/status").path("locks").path("engine").asString())
        .isEqualTo("this process's memory");
  }

  @Test
  void shouldAnswer503WithAnUnknownOutcomeWithoutTheEngine() {
    try (var without = new TestController(FailingEngine.create())) {
      for (String path :
          List.of("/v1/locks", "/v1/lock-engine", "/v1/wakes?client=0123456789abcdef")) {
        var answer = without.get(path);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(Json.read(answer.body()).path("outcome").asString()).isEqualTo("unknown");
        assertThat(answer.body()).contains("the database does not answer");
      }
      assertThat(without.json("/v1/status").path("locks").path("engine").asString())
          .isEqualTo("unreachable");
      assertThat(without.get("/v1/pools").statusCode()).as("the rest goes on").isEqualTo(200);
    }
  }

  @Test
  void shouldDescribeEveryMetricOfLocksInTheDocument() throws IOException {
    acquired("jobs", "{\"owner\": \"me\"}");
    List<String> documented =
        Files.readAllLines(Path.of("..", "docs", "metrics.md")).stream()
            .filter(line -> line.startsWith("| `ballast_locks_"))
            .map(line -> line.split(" \\| ", -1))
            .map(
                cells -> cells[0].substring(2) + " " + cells[1] + ": " + cells[3].replace(" |", ""))
            .toList();
    var types = new HashMap<String, String>();
    var shown = new ArrayList<String>();
    for (String line : controller.metrics().split("\n", -1)) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ballast_locks_")) {
        types.put(words[2], words[3]);
      } else if (line.startsWith("# TYPE ballast_locks_")) {
        shown.add("`%s` %s: %s".formatted(words[2], words[3], types.get(words[2])));
      }
    }
    assertThat(documented).isEqualTo(shown);
  }
}
