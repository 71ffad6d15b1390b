package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Five machines, with token and TLS: a controller with its PostgreSQL, two LB servers, two backends on one machine, and a
 * client. Each cable is cut, once so that nobody is told and once so that the machine knows, and healed.
 */
@TestMethodOrder(MethodOrderer.MethodName.class)
class NetworkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Traffic.Shape LIGHT = new Traffic.Shape(2, Duration.ofMillis(10));
  private static final Path DIRECTORY = Installation.emptyDirectory("network");
  private static final List<AutoCloseable> PARTS = new ArrayList<>();

  private static Lan.Machine control;
  private static Lan.Machine backends;
  private static Lan.Machine client;
  private static Certificates certificates;
  private static Edge one;
  private static Edge two;
  private static Path token;

  /** An LB server and the machine it is on. */
  private record Edge(Lan.Machine machine, LbProcess lb) {
    InetSocketAddress http() {
      return lb.at(Web.HTTP);
    }
  }

  @BeforeAll
  static void build() throws Exception {
    var lan = new Lan();
    PARTS.add(lan);
    control = lan.machine("control");
    Lan.Machine lb1 = lan.machine("lb1");
    Lan.Machine lb2 = lan.machine("lb2");
    backends = lan.machine("backends");
    client = lan.machine("client");
    certificates = Certificates.create(DIRECTORY, control.address());
    token = Files.writeString(DIRECTORY.resolve("token"), Deployment.TOKEN);

    var database =
        control.place().call(() -> EmbeddedPostgres.start(DIRECTORY.resolve("database"), _ -> {}));
    PARTS.add(database);
    started(
            control,
            "controller",
            Roles.controller(database.databaseUrl(), control.address(), token, certificates))
        .awaitOutput("listens", PATIENCE);
    one = lbServer(lb1, "lb1");
    two = lbServer(lb2, "lb2");
    for (int i = 1; i <= 2; i++) {
      started(backends, "b" + i, Roles.backend("b" + i, backends.address(), 8080 + i, 9000 + i))
          .awaitOutput("serves on", PATIENCE);
    }
    assertThat(apply("web").exitCode()).isZero();
  }

  private static Edge lbServer(Lan.Machine machine, String name) {
    var process =
        started(
            machine,
            name,
            Roles.lb(
                name,
                machine.address(),
                "https://" + control.address() + ":7070",
                token,
                DIRECTORY.resolve(name),
                certificates));
    var lb = new LbProcess(client.place(), name, machine.address(), process);
    lb.awaitConnected();
    return new Edge(machine, lb);
  }

  private static Running started(Lan.Machine machine, String name, List<String> arguments) {
    var process = Running.ballast(machine.place(), name, DIRECTORY, arguments);
    PARTS.add(process);
    return process;
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable part : PARTS.reversed()) {
      part.close();
    }
    assertThat(Survivors.of(DIRECTORY)).isEmpty();
  }

  @Test
  void shouldDemandTokenAndTls() {
    String url = "https://" + control.address() + ":7070";
    assertThat(
            command(
                    Map.of("BALLAST_SERVER", url, "BALLAST_TOKEN", Deployment.TOKEN),
                    "get",
                    "pools")
                .all())
        .as("an authority that isn't trusted")
        .contains("certificate");
    var withoutToken =
        command(
            Map.of("BALLAST_SERVER", url, "BALLAST_CA_FILE", certificates.authority().toString()),
            "get",
            "pools");
    assertThat(withoutToken.exitCode()).as(withoutToken.all()).isNotZero();
    assertThat(withoutToken.all()).contains("token");
  }

  @Test
  void shouldServeWhileTheControllerIsCutOff() throws Exception {
    try (var traffic = traffic(one, two)) {
      control.cutSilently();
      for (Edge each : List.of(one, two)) {
        await(each.lb().name() + " notices the silence")
            .atMost(PATIENCE)
            .until(() -> !isConnected(each));
      }
      awaitRequests(traffic);
      Finished apply = apply("cut-off");
      assertThat(apply.exitCode()).as(apply.all()).isEqualTo(3);
      control.heal();
      awaitConvergence("controller_silently");

      control.cutLoudly();
      awaitRequests(traffic);
      control.heal();
      awaitConvergence("controller_loudly");
      traffic.failures().orFail();
    }
  }

  @Test
  void shouldCatchUpAfterAnLbServerWasCutOff() throws Exception {
    try (var traffic = traffic(two)) {
      one.machine().cutSilently();
      Finished apply = apply("without-lb1");
      assertThat(apply.exitCode()).as(apply.all()).isEqualTo(3);
      assertThat(apply.all()).contains("1 of 2", "lb1");
      awaitRequests(traffic);
      one.machine().heal();
      awaitConvergence("lb_server_silently");
      assertServes(one);
      traffic.failures().orFail();
    }
    try (var traffic = traffic(one)) {
      two.machine().cutLoudly();
      assertThat(apply("without-lb2").exitCode()).isEqualTo(3);
      awaitRequests(traffic);
      two.machine().heal();
      awaitConvergence("lb_server_loudly");
      assertServes(two);
      traffic.failures().orFail();
    }
  }

  @Test
  void shouldSayThatTheBackendsAreUnreachableAndServeAgain() throws Exception {
    for (Runnable cut : List.<Runnable>of(backends::cutSilently, backends::cutLoudly)) {
      cut.run();
      try (var connection =
          HttpConnection.open(client.place(), one.http(), Duration.ofSeconds(20))) {
        var answer = connection.get(Web.HOST, "/");
        assertThat(answer.status()).as(answer.text()).isIn(502, 503, 504);
        assertThat(answer.text()).as("the reason").isNotBlank();
      }
      backends.heal();
      awaitServes(one);
      awaitServes(two);
    }
  }

  @Test
  void shouldServeAClientThatComesBack() throws Exception {
    for (Runnable cut : List.<Runnable>of(client::cutSilently, client::cutLoudly)) {
      try (var kept = HttpConnection.open(client.place(), one.http(), Duration.ofSeconds(20))) {
        assertThat(kept.get(Web.HOST, "/").status()).isEqualTo(200);
        cut.run();
        assertThat(canConnect()).as("the cable is cut").isFalse();
        client.heal();
        assertThat(kept.get(Web.HOST, "/").status())
            .as("on the connection of before")
            .isEqualTo(200);
      }
      assertServes(one);
      assertServes(two);
    }
  }

  private static boolean canConnect() {
    try (var _ = HttpConnection.open(client.place(), one.http(), Duration.ofMillis(500))) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static Traffic traffic(Edge... through) {
    return Traffic.start(
        client.place(), Web.HOST, Stream.of(through).map(Edge::http).toList(), LIGHT);
  }

  private static void awaitRequests(Traffic traffic) {
    Tally phase = traffic.newPhase();
    await("requests are answered").atMost(PATIENCE).until(() -> phase.total() >= 100);
  }

  private static boolean isConnected(Edge each) {
    return each.lb().report().path("sync").path("connected").asBoolean();
  }

  /** A change made at the controller's machine, as a person there would make it. */
  private static Finished apply(String domain) throws IOException {
    Path file =
        Files.writeString(
            DIRECTORY.resolve("web.yaml"),
            """
            kind: LoadBalancer
            name: web
            domain: %s.example.test
            hosts: ["*"]
            listeners: [{name: http, port: %d, protocol: http}]
            routes: [{pool: web}]
            ---
            kind: Pool
            name: web
            timeouts: {connect: 1s, firstByte: 2s}
            backends:
              - {name: b1, address: "%s:8081"}
              - {name: b2, address: "%s:8082"}
            """
                .formatted(domain, Web.HTTP, backends.address(), backends.address()));
    return command(
        Map.of(
            "BALLAST_SERVER",
            "https://" + control.address() + ":7070",
            "BALLAST_TOKEN",
            Deployment.TOKEN,
            "BALLAST_CA_FILE",
            certificates.authority().toString()),
        "apply",
        "-f",
        file.toString());
  }

  private static Finished command(Map<String, String> environment, String... arguments) {
    return Finished.ballast(control.place(), DIRECTORY, environment, List.of(arguments));
  }

  /** A change comes to be in use on both LB servers, by the word of both. */
  private static void awaitConvergence(String after) {
    long started = System.nanoTime();
    await("both LB servers use a new revision")
        .atMost(PATIENCE)
        .until(() -> apply("after-" + after.replace('_', '-') + "-" + started).exitCode() == 0);
    await("both are at the same revision")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(one.lb().revision()).isEqualTo(two.lb().revision()));
    Figures.print("network_converged_ms_after_" + after, (System.nanoTime() - started) / 1e6);
  }

  private static void awaitServes(Edge each) {
    await(each.lb().name() + " serves")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> status(each) == 200);
  }

  private static void assertServes(Edge each) throws IOException {
    assertThat(status(each)).isEqualTo(200);
  }

  private static int status(Edge each) throws IOException {
    try (var connection =
        HttpConnection.open(client.place(), each.http(), Duration.ofSeconds(20))) {
      return connection.get(Web.HOST, "/").status();
    }
  }
}
