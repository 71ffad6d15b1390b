package dev.ballast.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The registration of LB servers, and what the controller asks of them. */
class FleetTest {
  private final TestController controller = new TestController();
  private final List<HttpServer> admins = new ArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    admins.forEach(admin -> admin.stop(0));
    controller.close();
  }

  /** The admin port of an LB server that reports this. */
  private String admin(String report) {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/report",
          exchange -> {
            asked.add(exchange.getRequestURI().toString());
            byte[] body = report.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
      admins.add(server);
      return "http://127.0.0.1:" + server.getAddress().getPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> register(String name, String instance, String admin, String query) {
    String body =
        "{\"fleet\":\"default\",\"instance\":\"%s\",\"address\":\"127.0.0.21\",\"admin\":\"%s\",\"version\":\"1\"}"
            .formatted(instance, admin);
    return controller.put(
        "/v1/lbservers/" + name + query, body, "Content-Type", "application/json");
  }

  private String state(String name) {
    for (JsonNode server : controller.json("/v1/rollout?wait=100ms").path("servers")) {
      if (server.path("name").asString().equals(name)) {
        return server.path("state").asString();
      }
    }
    throw new AssertionError(name + " is not in the rollout");
  }

  @Test
  void shouldListWhoHasRegistered() {
    register("lb-1", "i1", "http://127.0.0.21:7071", "");

    JsonNode server = controller.json("/v1/lbservers").path("items").get(0);
    assertThat(server.path("name").asString()).isEqualTo("lb-1");
    assertThat(server.path("address").asString()).isEqualTo("127.0.0.21");
    assertThat(server.path("effectiveState").asString()).isEqualTo("enabled");
    assertThat(controller.json("/v1/lbservers/lb-1").path("instance").asString()).isEqualTo("i1");
  }

  @Test
  void shouldChangeNothingWhenTheSameInstanceRegistersAgain() {
    register("lb-1", "i1", "http://127.0.0.21:7071", "");
    var again = register("lb-1", "i1", "http://127.0.0.21:7071", "");

    assertThat(Json.read(again.body()).path("changed").asBoolean()).isFalse();
  }

  @Test
  void shouldRefuseTheNameOfAnInstanceThatIsAlive() {
    register("lb-1", "i1", admin("{\"instance\":\"i1\"}"), "");

    var other = register("lb-1", "i2", "http://127.0.0.21:7071", "");

    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.body()).contains("LbServer lb-1 is alive");
    assertThat(register("lb-1", "i2", "http://127.0.0.21:7071", "?takeover=true").statusCode())
        .isEqualTo(200);
  }

  @Test
  void shouldGiveTheNameOfAnInstanceThatIsGoneToItsSuccessor() {
    register("lb-1", "i1", "http://127.0.0.1:1", "");
    assertThat(register("lb-1", "i2", "http://127.0.0.1:1", "").statusCode()).isEqualTo(200);

    register("lb-2", "i3", admin("{\"instance\":\"i4\"}"), "");
    assertThat(register("lb-2", "i5", "http://127.0.0.1:1", "").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAnAdminUrlThatIsNoAdminPort() {
    for (String admin :
        List.of(
            "https://127.0.0.1:7071", "http://127.0.0.1", "http://a:7071/x", "http://a:99999")) {
      var answer = register("lb-1", "i1", admin, "");
      assertThat(answer.statusCode()).as(admin).isEqualTo(422);
      assertThat(answer.body()).contains("http://HOST:PORT");
    }
  }

  @Test
  void shouldTakeOneForGoneWhoseAnswerDoesNotEnd() {
    String url = admin("");
    admins.getLast().removeContext("/report");
    admins
        .getLast()
        .createContext(
            "/report",
            exchange -> {
              exchange.sendResponseHeaders(200, 100);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
            });
    register("lb-1", "i1", url, "");
    assertThat(register("lb-1", "i2", "http://127.0.0.1:1", "").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseARegistrationThatLacksSomething() {
    var answer =
        controller.put(
            "/v1/lbservers/lb-1", "{\"fleet\":\"default\"}", "Content-Type", "application/json");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("instance").contains("is required");
  }

  @Test
  void shouldRemoveOnlyTheInstanceThatIsMeant() {
    register("lb-1", "i1", "http://127.0.0.1:1", "");

    assertThat(controller.delete("/v1/lbservers/lb-1?instance=i2").statusCode()).isEqualTo(412);
    assertThat(controller.delete("/v1/lbservers/lb-1?instance=i1").statusCode()).isEqualTo(200);
    assertThat(controller.get("/v1/lbservers/lb-1").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldDrainAnLbServer() {
    register("lb-1", "i1", "http://127.0.0.1:1", "");
    controller.put(
        "/v1/lbservers/lb-1/override",
        "{\"state\":\"draining\",\"until\":\"2099-01-01T00:00:00Z\"}",
        "Content-Type",
        "application/json");

    JsonNode server = controller.json("/v1/lbservers").path("items").get(0);
    assertThat(server.path("effectiveState").asString()).isEqualTo("draining");
    assertThat(server.path("override").path("until").asString()).isEqualTo("2099-01-01T00:00:00Z");
  }

  @Test
  void shouldTellOnWhichLbServersARevisionIsInUse() {
    register("ready", "i1", admin("{\"revision\":\"9f3a1c2e.99\",\"held\":null}"), "");
    register("behind", "i2", admin("{\"revision\":\"9f3a1c2e.1\",\"held\":null}"), "");
    register("other", "i3", admin("{\"revision\":\"00000000.99\"}"), "");
    register("empty", "i4", admin("{\"revision\":null,\"held\":null}"), "");
    register("held", "i5", admin("{\"revision\":\"9f3a1c2e.99\",\"held\":\"why\"}"), "");
    register("away", "i6", "http://127.0.0.1:1", "");
    register("strange", "i7", admin("<html>"), "");

    assertThat(state("ready")).isEqualTo("in-use");
    assertThat(state("behind")).isEqualTo("behind");
    assertThat(state("other")).isEqualTo("behind");
    assertThat(state("empty")).isEqualTo("behind");
    assertThat(state("held")).isEqualTo("held");
    assertThat(state("away")).isEqualTo("unreachable");
    assertThat(state("strange")).isEqualTo("unreachable");
    assertThat(asked).contains("/report?atLeast=9f3a1c2e.8&wait=100ms");
  }

  @Test
  void shouldRefuseAWaitThatIsNoDuration() {
    assertThat(controller.get("/v1/rollout?wait=soon").statusCode()).isEqualTo(400);
  }
}
