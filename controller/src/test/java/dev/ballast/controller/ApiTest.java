package dev.ballast.controller;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.OutcomeUnknown;
import dev.ballast.model.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApiTest {
  static final String WEB =
      """
      kind: Pool
      name: web
      backends:
        - {name: b1, address: "10.0.0.1:8080", weight: 3}
        - {name: b2, address: "10.0.0.2:8080"}
      ---
      kind: LoadBalancer
      name: web
      domain: web.example.test
      listeners: [{name: http, port: 8080, protocol: http}]
      routes: [{pool: web}]
      """;

  private final TestController controller = new TestController();

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void shouldAnswerAnApplyWithItsRevisionAndEdits() {
    var answer = controller.apply(WEB);

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode json = Json.read(answer.body());
    assertThat(json.path("revision").asString()).isEqualTo("9f3a1c2e.2");
    assertThat(json.path("changed").asBoolean()).isTrue();
    assertThat(json.path("edits").size()).isEqualTo(4);
    assertThat(json.path("edits").get(0).path("action").asString()).isEqualTo("created");
    assertThat(json.path("warnings").size()).isZero();
  }

  @Test
  void shouldShowAnApplyToTheNextRead() {
    controller.apply(WEB);

    JsonNode pool = controller.json("/v1/pools/web");
    assertThat(pool.path("backends").size()).isEqualTo(2);
    assertThat(pool.path("kind").asString()).isEqualTo("Pool");
  }

  @Test
  void shouldChangeNothingInADryRun() {
    JsonNode json = Json.read(controller.apply(WEB, "?dryRun=true").body());

    assertThat(json.path("changed").asBoolean()).isTrue();
    assertThat(json.path("revision").asString()).isEqualTo("9f3a1c2e.1");
    assertThat(controller.get("/v1/pools/web").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldTakeWhatItAnsweredAsANoOp() {
    controller.apply(WEB);
    String document = controller.get("/v1/pools/web").body();

    var again = controller.put("/v1/pools/web", document, "Content-Type", "application/json");

    assertThat(Json.read(again.body()).path("changed").asBoolean()).isFalse();
  }

  @Test
  void shouldWarnWhenTheCatalogDoesNotShowAnApplyInTime() {
    try (var slow =
        new TestController(
            new FakeDatabase(), settings -> settings.withPatience(Duration.ofMillis(100)))) {
      slow.database.pauseFeed();

      JsonNode json = Json.read(slow.apply(WEB).body());

      assertThat(json.path("changed").asBoolean()).isTrue();
      assertThat(json.path("warnings").get(0).asString()).contains("committed as 9f3a1c2e.2");
    }
  }

  @Test
  void shouldNameEveryMistakeWithItsPlace() {
    var answer = controller.apply("kind: Pool\nname: web\nalgoritm: {type: round-robin}\n");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = Json.read(answer.body()).path("problems").get(0);
    assertThat(problem.path("line").asInt()).isEqualTo(3);
    assertThat(problem.path("path").asString()).isEqualTo("algoritm");
    assertThat(problem.path("message").asString()).contains("algorithm");
  }

  @Test
  void shouldRefuseWhatIsNotYaml() {
    assertThat(controller.apply("a: [").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldNameWhoStillRefersToAPool() {
    controller.apply(WEB);

    var answer = controller.delete("/v1/pools/web");

    assertThat(answer.statusCode()).isEqualTo(409);
    JsonNode json = Json.read(answer.body());
    assertThat(json.path("type").asString()).isEqualTo("urn:ballast:problem:still-referenced");
    assertThat(json.path("referrers").get(0).path("kind").asString()).isEqualTo("LoadBalancer");
  }

  @Test
  void shouldRefuseAMassRemovalUnlessItIsAllowed() {
    controller.apply(WEB);
    String emptied = "kind: Pool\nname: web\nbackends: []\n";

    assertThat(controller.apply(emptied).statusCode()).isEqualTo(409);
    assertThat(controller.apply(emptied, "?allowMassRemoval=true").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldDeleteOneBackend() {
    controller.apply(WEB);

    assertThat(controller.delete("/v1/pools/web/backends/b2").statusCode()).isEqualTo(200);
    assertThat(controller.get("/v1/pools/web/backends/b2").statusCode()).isEqualTo(404);
    assertThat(controller.get("/v1/pools/web/backends/b1").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAStaleIfMatch() {
    controller.apply(WEB);
    String tag = controller.get("/v1/pools/web").headers().firstValue("ETag").orElseThrow();
    String changed = "kind: Pool\nname: web\npanicThreshold: 30%\n";

    assertThat(tag).isEqualTo("\"2\"");
    assertThat(controller.put("/v1/pools/web", changed, "If-Match", tag).statusCode())
        .isEqualTo(200);
    assertThat(controller.put("/v1/pools/web", changed, "If-Match", tag).statusCode())
        .isEqualTo(412);
  }

  @Test
  void shouldRefuseADocumentOfAnotherNameThanThePath() {
    var answer = controller.put("/v1/pools/web", "kind: Pool\nname: api\n");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("must be Pool web, not Pool api");
  }

  @Test
  void shouldSayWhenTheDatabaseIsUnavailable() {
    controller.database.fail(new DatabaseUnavailable("the database is away", new Exception()));

    var answer = controller.apply(WEB);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("the database is away").doesNotContain("outcome\"");
  }

  @Test
  void shouldSayWhenTheOutcomeIsUnknown() {
    controller.database.fail(new OutcomeUnknown("broke during COMMIT", new Exception()));

    var answer = controller.apply(WEB);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(Json.read(answer.body()).path("outcome").asString()).isEqualTo("unknown");
  }

  @Test
  void shouldShowTheOverrideOfABackendUntilItIsCleared() {
    controller.apply(WEB);
    String override = "/v1/pools/web/backends/b1/override";

    controller.put(
        override,
        "{\"state\":\"draining\",\"why\":\"maintenance\"}",
        "Content-Type",
        "application/json",
        "Ballast-User",
        "alice");

    JsonNode drained = controller.json("/v1/pools/web/backends").path("items").get(0);
    assertThat(drained.path("effectiveState").asString()).isEqualTo("draining");
    assertThat(drained.path("override").path("who").asString()).isEqualTo("alice");
    assertThat(drained.path("status").isNull()).isTrue();

    controller.put(override, "{\"state\":\"enabled\"}", "Content-Type", "application/json");

    JsonNode enabled = controller.json("/v1/pools/web/backends").path("items").get(0);
    assertThat(enabled.path("effectiveState").asString()).isEqualTo("enabled");
    assertThat(enabled.path("override").isNull()).isTrue();
  }

  @Test
  void shouldAnswer404ForAnOverrideOfNothing() {
    var answer =
        controller.put(
            "/v1/pools/web/backends/b1/override",
            "{\"state\":\"draining\"}",
            "Content-Type",
            "application/json");

    assertThat(answer.statusCode()).isEqualTo(404);
  }

  @Test
  void shouldWaitForTheRevisionThatAReadAsksFor() {
    controller.database.pauseFeed();
    controller.database.commit(java.util.List.of(), java.util.List.of());
    Thread.ofVirtual().start(controller.database::resumeFeed);

    JsonNode json = controller.json("/v1/pools?atLeast=9f3a1c2e.2");

    assertThat(json.path("revision").asString()).isEqualTo("9f3a1c2e.2");
  }

  @Test
  void shouldSayThatItLagsWhenTheRevisionDoesNotCome() {
    try (var impatient =
        new TestController(
            new FakeDatabase(), settings -> settings.withPatience(Duration.ofMillis(50)))) {
      HttpResponse<String> answer = impatient.get("/v1/pools?atLeast=9f3a1c2e.99");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("urn:ballast:problem:lagging");
    }
  }

  @Test
  void shouldAnswer410ForARevisionOfAnotherEpoch() {
    assertThat(controller.get("/v1/pools?atLeast=00000000.1").statusCode()).isEqualTo(410);
  }

  @Test
  void shouldTellItsHistoryNewestFirst() {
    controller.apply(WEB);
    controller.delete("/v1/pools/web/backends/b2");

    JsonNode entries = controller.json("/v1/history?limit=10").path("items");
    assertThat(entries.get(0).path("revision").asLong()).isEqualTo(3);
    assertThat(entries.get(1).path("revision").asLong()).isEqualTo(2);
    assertThat(controller.json("/v1/history?before=3").path("items").size()).isEqualTo(1);
  }

  @Test
  void shouldTellItsStatus() {
    JsonNode status = controller.json("/v1/status");

    assertThat(status.path("revision").asString()).isEqualTo("9f3a1c2e.1");
    assertThat(status.path("feed").path("mode").asString()).isEqualTo("wal");
    assertThat(status.path("database").path("findings").get(0).path("ok").asBoolean()).isTrue();
    assertThat(status.path("watchers").asInt()).isZero();
    assertThat(status.path("version").asString()).isEqualTo("test");
  }

  @Test
  void shouldNotBeReadyBeforeTheFirstList() {
    var database = new FakeDatabase();
    database.pauseFeed();
    try (var starting =
        new TestController(database, settings -> settings.withPatience(Duration.ofMillis(50)))) {
      assertThat(starting.get("/healthz").statusCode()).isEqualTo(200);
      assertThat(starting.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(starting.get("/v1/pools").statusCode()).isEqualTo(503);

      database.list();

      assertThat(starting.get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldCountRequestsByRoute() {
    controller.get("/v1/pools/web");

    assertThat(controller.metrics())
        .contains(
            "ballast_configdb_writes_total{outcome=\"unknown\"} 5.0",
            "ballast_configdb_feed_events_total{event=\"polled\"} 3.0",
            "ballast_controller_requests_total{method=\"GET\",route=\"/v1/pools/{}\",status=\"404\"} 1.0")
        .contains("ballast_controller_catalog_revision 1.0")
        .contains("ballast_controller_feed_mode{mode=\"wal\"} 1.0");
  }

  @Test
  void shouldAnswer413ToABodyThatSaysItIsTooLarge() {
    var answer = controller.apply("#".repeat(10 << 20));

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains(Integer.toString(Documents.BYTE_LIMIT));
  }

  @Test
  void shouldAnswer413ToABodyThatTurnsOutToBeTooLarge() {
    var chunked =
        HttpRequest.BodyPublishers.fromPublisher(TestController.text("#".repeat(10 << 20)));
    var answer =
        controller.send(
            controller
                .request("/v1/apply")
                .header("Content-Type", "application/yaml")
                .POST(chunked)
                .build());

    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void shouldTellByHeadWhetherItLives() {
    var head = HttpRequest.BodyPublishers.noBody();
    assertThat(controller.send(controller.request("/healthz").method("HEAD", head).build()))
        .returns(200, HttpResponse::statusCode);
  }

  @Test
  void shouldAnswerProblemDetailsToWhatIsNotHttp() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), controller.uri().getPort())) {
      socket.getOutputStream().write("GET / SMTP/1.1\r\n\r\n".getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);

      assertThat(answer).startsWith("HTTP/1.1 ").contains("application/problem+json");
    }
  }

  @Test
  void shouldCountWhoComesWithoutTheToken() {
    var stranger = HttpRequest.newBuilder(controller.uri().resolve("/v1/pools")).build();

    assertThat(controller.send(stranger).statusCode()).isEqualTo(401);
    assertThat(controller.metrics())
        .contains("ballast_controller_refused_total{reason=\"token\"} 1.0");
  }

  @Test
  void shouldRefuseAFormThatAForeignPagePosts() {
    var form =
        controller
            .request("/v1/apply")
            .header("Content-Type", "text/plain")
            .header("Origin", "http://evil.example")
            .POST(TestController.text(WEB))
            .build();

    assertThat(controller.send(form).statusCode()).isEqualTo(403);
    assertThat(controller.json("/v1/pools").path("items").size()).isZero();
  }

  @Test
  void shouldRefuseABodyOfAnotherType() {
    assertThat(controller.put("/v1/pools/web", WEB, "Content-Type", "text/plain").statusCode())
        .isEqualTo(415);
  }

  @Test
  void shouldLeaveConnectionsBeyondItsLimitWaiting() throws Exception {
    try (var small =
        new TestController(new FakeDatabase(), settings -> settings.withConnections(2))) {
      var open = new ArrayDeque<Socket>();
      for (int count = 0; count < 3; count++) {
        var socket = new Socket(InetAddress.getLoopbackAddress(), small.uri().getPort());
        socket.setSoTimeout(300);
        socket
            .getOutputStream()
            .write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        open.add(socket);
      }
      assertThat(open.peekFirst().getInputStream().read()).isEqualTo('H');
      assertThatThrownBy(() -> open.peekLast().getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      open.removeFirst().close();
      open.peekLast().setSoTimeout(10_000);

      assertThat(open.peekLast().getInputStream().read()).isEqualTo('H');
      open.forEach(ApiTest::close);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldSayWhichMethodsAPathTakes() {
    var answer = controller.send(controller.request("/v1/apply").DELETE().build());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.body()).contains("POST");
  }
}
