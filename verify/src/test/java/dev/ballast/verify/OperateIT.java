package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A day's work from the command line, under traffic. */
class OperateIT {
  private static final Traffic.Shape LIGHT = new Traffic.Shape(4, Duration.ofMillis(2));
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Deployment SYSTEM = Deployment.ofTwo("operate");
  private static final Map<String, String> BACKENDS = new TreeMap<>();

  @BeforeAll
  static void configure() {
    for (String name : List.of("b1", "b2", "b3")) {
      BACKENDS.put(name, SYSTEM.startBackend(name));
    }
    SYSTEM.applied(Web.of(BACKENDS));
    SYSTEM.lbs().forEach(LbProcess::awaitReady);
  }

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain", "disable"})
  void shouldTakeABackendOutAndPutItBack(String command) {
    try (var traffic = Traffic.start(Place.HERE, Web.HOST, SYSTEM.at(Web.HTTP), LIGHT)) {
      SYSTEM.ballast(command, "web/b1", "--why", "a new disk").orFail();
      Tally without = requests(traffic, 300);
      assertThat(SYSTEM.ballast("get", "backends", "web").orFail().out()).contains("a new disk");
      SYSTEM.ballast("enable", "web/b1").orFail();
      Tally with = requests(traffic, 300);

      for (LbProcess lb : SYSTEM.lbs()) {
        assertThat(without.count(lb.at(Web.HTTP), "b1")).as("while out: " + without).isZero();
        assertThat(with.count(lb.at(Web.HTTP), "b1")).as("when back: " + with).isPositive();
      }
      traffic.failures().orFail();
    }
  }

  @Test
  void shouldFindNothingToChangeInWhatItPrints() throws IOException {
    Revision before = SYSTEM.api().revision();
    for (String kind : List.of("pools", "loadbalancers", "fleets")) {
      String printed = SYSTEM.ballast("get", kind, "-o", "yaml").orFail().out();
      assertThat(SYSTEM.ballast("apply", "-f", file(printed)).orFail().out())
          .as(printed)
          .contains("unchanged");
    }
    assertThat(SYSTEM.api().revision()).isEqualTo(before);
  }

  @Test
  void shouldRefuseToEmptyAPoolUnlessThatIsMeant() throws IOException {
    String empty = "kind: Pool\nname: web\nbackends: []\n";
    Revision before = SYSTEM.api().revision();
    Finished refused = SYSTEM.ballast("apply", "-f", file(empty));
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(1);
    assertThat(refused.err()).contains("b1, b2, b3", "--allow-mass-removal");
    assertThat(SYSTEM.api().revision()).isEqualTo(before);

    SYSTEM.ballast("apply", "-f", file(empty), "--allow-mass-removal").orFail();
    SYSTEM.applied(Web.pools(BACKENDS));
  }

  @Test
  void shouldRefuseToDeleteWhatIsReferredTo() {
    Finished refused = SYSTEM.ballast("delete", "pool", "web");
    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(1);
    assertThat(refused.err()).as("names the referrer").contains("LoadBalancer web");
  }

  @Test
  void shouldRefuseAWriteThatIsBasedOnAnOldState() {
    Api api = SYSTEM.api();
    String path = "/v1/pools/web/backends/b1";
    String document = api.get(path).orFail().text();
    String stale = "\"" + 1 + "\"";
    assertThat(api.put(path, document, stale).status()).isEqualTo(412);
  }

  @Test
  void shouldTurnAwayWhoHasNoTokenOrComesFromAForeignPage() {
    Api stranger = new Api(SYSTEM.api().server(), "not-the-token-of-this-system");
    assertThat(stranger.get("/v1/pools").status()).isEqualTo(401);
    assertThat(stranger.apply("kind: Pool\nname: intruder\n").status()).isEqualTo(401);
    assertThat(stranger.get("/healthz").status()).isEqualTo(200);
    assertThat(
            SYSTEM
                .api()
                .send("POST", "/v1/apply", "text/plain", "kind: Pool\nname: intruder\n")
                .status())
        .as("a content type that a page may send without asking")
        .isEqualTo(415);
    assertThat(SYSTEM.api().get("/v1/pools/intruder").status()).isEqualTo(404);
  }

  /** Each way of following alone carries a change to the traffic. */
  @ParameterizedTest
  @ValueSource(strings = {"push", "pull", "push+pull"})
  void shouldFollowInEveryMode(String mode) {
    String name = "lb-" + mode.replace("+", "-and-");
    try (LbProcess lb =
        SYSTEM.startLb(name, Addresses.next(), "--sync", mode, "--pull-interval", "200ms")) {
      lb.awaitReady();
      Revision changed =
          SYSTEM.api().apply("kind: Pool\nname: web\ntimeouts: {idle: 20m}\n").revision();
      lb.awaitInUse(changed, PATIENCE);
      SYSTEM.api().apply("kind: Pool\nname: web\ntimeouts: {idle: 30m}\n").orFail();
    } finally {
      SYSTEM.forget(name);
    }
  }

  @Test
  void shouldFinishWhatIsInFlightWhenAnLbServerIsStopped() throws Exception {
    String slow = Addresses.next();
    SYSTEM.launchBackend("slow", slow, "--delay", "1s");
    SYSTEM.applied(
        """
        kind: LoadBalancer
        name: slow
        domain: slow.example.test
        listeners: [{name: http, port: %d, protocol: http}]
        routes: [{pool: slow}]
        ---
        kind: Pool
        name: slow
        backends: [{name: b1, address: "%s:%d"}]
        """
            .formatted(Web.HTTP, slow, Web.BACKEND_HTTP));
    LbProcess leaving = SYSTEM.startLb("leaving");
    leaving.awaitReady();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var connection = HttpConnection.open(Place.HERE, leaving.at(Web.HTTP), PATIENCE)) {
      var answer = threads.submit(() -> connection.get("slow.example.test", "/"));
      await("the request is in flight")
          .atMost(PATIENCE)
          .until(() -> inFlight(leaving, "slow") == 1);

      leaving.process().signal("TERM");

      assertThat(answer.get().status()).isEqualTo(200);
      leaving.process().awaitExit(PATIENCE);
    } finally {
      SYSTEM.forget("leaving");
    }
  }

  private static int inFlight(LbProcess lb, String pool) {
    return lb.report()
        .path("pools")
        .valueStream()
        .filter(each -> each.path("name").asString().equals(pool))
        .mapToInt(each -> each.path("backends").path(0).path("inFlight").asInt())
        .sum();
  }

  @Test
  void shouldSayWhereItLookedWhenNothingRuns() {
    Finished status = Finished.ballast(Place.HERE, SYSTEM.directory(), Map.of(), List.of("status"));
    assertThat(status.exitCode()).isEqualTo(4);
    assertThat(status.err()).contains("ballast-data", "up");
    assertThat(status.err().strip().lines()).hasSize(1);
  }

  private static Tally requests(Traffic traffic, long count) {
    Tally phase = traffic.newPhase();
    await("requests").atMost(PATIENCE).until(() -> phase.total() >= count);
    traffic.newPhase();
    return phase;
  }

  private static String file(String document) throws IOException {
    Path file = SYSTEM.directory().resolve("document.yaml");
    return Files.writeString(file, document).toString();
  }
}
