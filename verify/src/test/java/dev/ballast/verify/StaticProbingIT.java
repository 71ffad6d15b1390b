package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An LB server that serves a file probes by itself: whatever happens to a backend, it is soon out, soon back, and no request fails meanwhile.
 * The LB server's own ejection is off, so that probes alone are at work.
 */
class StaticProbingIT {
  private static final int ADMIN = 7071;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** With an interval of one second, 1.2 s are aimed at for what is proof; the rest is for a busy machine. */
  private static final Duration PROVEN_WITHIN = Duration.ofSeconds(3);

  /** And 2.5 s for silence. */
  private static final Duration SILENT_WITHIN = Duration.ofMillis(4_500);

  /** What happens to a backend, what is said of it then, and how soon it has to be out. */
  private record Fault(
      String name, String backend, Runnable happening, String reason, Duration limit) {}

  private static final Path DIRECTORY = Installation.emptyDirectory("static-probing");
  private static final Map<String, String> HOSTS =
      new TreeMap<>(Map.of("b1", Addresses.next(), "b2", Addresses.next(), "b3", Addresses.next()));
  private static final Map<String, Running> BACKENDS = new HashMap<>();
  private static LbProcess lb;

  @BeforeAll
  static void start() throws IOException {
    HOSTS.keySet().forEach(StaticProbingIT::startBackend);
    BACKENDS.values().forEach(backend -> backend.awaitOutput("serves on", PATIENCE));
    Files.writeString(DIRECTORY.resolve("web.yaml"), site(HOSTS));
    String address = Addresses.next();
    var arguments = List.of("lb", "--config", "web.yaml", "--address", address);
    lb =
        new LbProcess(
            Place.HERE, "lb", address, Running.ballast(Place.HERE, "lb", DIRECTORY, arguments));
    lb.awaitReady();
    HOSTS.keySet().forEach(backend -> lb.process().awaitOutput(becameHealthy(backend), PATIENCE));
  }

  @AfterAll
  static void stop() {
    lb.close();
    BACKENDS.values().forEach(Running::kill);
    Survivors.kill(DIRECTORY);
  }

  private static void startBackend(String name) {
    BACKENDS.put(
        name,
        Running.ballast(
            Place.HERE,
            name,
            DIRECTORY,
            Roles.backend(name, HOSTS.get(name), Web.BACKEND_HTTP, Web.BACKEND_TCP)));
  }

  private static String site(Map<String, String> hosts) {
    var backends = new StringBuilder();
    hosts.forEach(
        (name, host) ->
            backends.append(
                "  - {name: %s, address: \"%s:%d\"}\n".formatted(name, host, Web.BACKEND_HTTP)));
    return """
        kind: LoadBalancer
        name: web
        domain: %s
        listeners:
          - {name: http, port: %d, protocol: http}
        routes:
          - {pool: web}
        ---
        kind: Pool
        name: web
        algorithm: {type: round-robin}
        healthCheck: {type: http, path: /healthz}
        panicThreshold: 50%%
        outlierEjection: {maxEjected: 0%%}
        backends:
        """
            .formatted(Web.HOST, Web.HTTP)
        + backends;
  }

  private static String becameHealthy(String backend) {
    return "Backend web/" + backend + " is healthy";
  }

  private static boolean isEligible(String backend) {
    for (var one : lb.report().path("pools").path(0).path("backends")) {
      if (one.path("name").asString().equals(backend)) {
        return one.path("eligible").asBoolean();
      }
    }
    throw new AssertionError("no " + backend + " in " + lb.report());
  }

  /** From now until it is so. */
  private static Duration untilEligible(String backend, boolean isEligible) {
    long began = System.nanoTime();
    await(backend + (isEligible ? " is used" : " is out"))
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> isEligible(backend) == isEligible);
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** Something happens to a backend, and then is over, while requests come and none of them fails. */
  private static void shouldLeaveAndComeBack(Fault fault, Runnable ending) {
    String backend = fault.backend();
    try (var traffic =
        Traffic.start(
            Place.HERE,
            Web.HOST,
            List.of(lb.at(Web.HTTP)),
            new Traffic.Shape(3, Duration.ofMillis(5)))) {
      var before = traffic.newPhase();
      await("there are requests to " + backend)
          .atMost(PATIENCE)
          .until(() -> before.count(lb.at(Web.HTTP), backend) > 10);
      fault.happening().run();
      Duration out = untilEligible(backend, false);
      Figures.print("static_" + fault.name() + "_out_ms", out.toMillis());
      assertThat(out).isLessThan(fault.limit());
      lb.process()
          .awaitOutput("Backend web/" + backend + " is unhealthy: " + fault.reason(), PATIENCE);
      ending.run();
      Duration back = untilEligible(backend, true);
      Figures.print("static_" + fault.name() + "_back_ms", back.toMillis());
      traffic.stop();
      traffic.failures().orFail();
    }
  }

  @Test
  void shouldTakeOutABackendThatWasKilledUntilItIsStartedAgain() {
    shouldLeaveAndComeBack(
        new Fault(
            "killed", "b1", BACKENDS.get("b1")::kill, "connection re(fused|set)", PROVEN_WITHIN),
        () -> startBackend("b1"));
  }

  @Test
  void shouldTakeOutABackendThatIsFrozenUntilItGoesOn() {
    Running frozen = BACKENDS.get("b2");
    shouldLeaveAndComeBack(
        new Fault(
            "frozen", "b2", () -> frozen.signal("STOP"), "no answer for [0-9.]+ s", SILENT_WITHIN),
        () -> frozen.signal("CONT"));
  }

  @Test
  void shouldTakeOutABackendThatSaysItIsNotWell() {
    shouldLeaveAndComeBack(
        new Fault(
            "unwell",
            "b3",
            () -> setHealthy("b3", false),
            "status 503, wanted 200–299, twice in a row",
            PROVEN_WITHIN),
        () -> setHealthy("b3", true));
  }

  /** A backend that is out stays out though the file changes. */
  @Test
  void shouldKeepVerdictsWhenTheFileChangesAndShowHowItProbes() throws IOException {
    setHealthy("b3", false);
    Duration _ = untilEligible("b3", false);
    String before = lb.report().path("revision").asString();

    replace(site(HOSTS).replace("panicThreshold: 50%", "panicThreshold: 40%"));
    await("the new file is in use").atMost(PATIENCE).until(StaticProbingIT::isNewFile);

    assertThat(isEligible("b3")).isFalse();
    assertThat(lb.report().path("revision").asString()).isNotEqualTo(before);
    try (var admin = HttpConnection.open(Place.HERE, lb.at(ADMIN), PATIENCE)) {
      assertThat(admin.get(lb.address(), "/metrics").text())
          .contains("ballast_detection_targets 3.0");
    }
    setHealthy("b3", true);
    Duration _ = untilEligible("b3", true);
  }

  private static boolean isNewFile() {
    return lb.process().output().split("web.yaml is in use", -1).length > 2;
  }

  private static void replace(String content) throws IOException {
    Path next = Files.writeString(DIRECTORY.resolve("web.yaml.next"), content);
    Files.move(next, DIRECTORY.resolve("web.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void setHealthy(String backend, boolean isHealthy) {
    var uri =
        "http://" + HOSTS.get(backend) + ":" + Web.BACKEND_HTTP + "/faults?healthy=" + isHealthy;
    var request =
        HttpRequest.newBuilder(URI.create(uri)).POST(HttpRequest.BodyPublishers.noBody()).build();
    try (var client = HttpClient.newHttpClient()) {
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
