package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Documents;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** {@code status backends} puts the worst first, and says of each backend in one sentence why it is so. */
class StatusBackendsCommandTest {
  private static final String POOLS =
      """
      kind: Pool
      name: web
      healthCheck: {type: http, path: /healthz}
      backends:
        - {name: b1, address: "10.0.0.1:80"}
        - {name: b2, address: "10.0.0.2:80"}
        - {name: b3, address: "10.0.0.3:80"}
        - {name: b4, address: "10.0.0.4:80"}
        - {name: b5, address: "10.0.0.5:80", adminState: draining}
      ---
      kind: Pool
      name: api
      backends:
        - {name: a1, address: "10.0.1.1:80", weight: 0}
      """;
  private static final String EJECTED =
      "ejected for 5 failures in a row, until 2026-01-02T03:05:00.123456789Z";

  @TempDir Path directory;
  private FakeController controller;
  private TestShell shell;
  private final List<Resource> resources = new ArrayList<>();
  private final List<String> servers = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
    shell =
        new TestShell(directory)
            .with("BALLAST_SERVER", controller.url())
            .with("BALLAST_TOKEN", "secret");
    resources.addAll(
        Documents.parse(POOLS.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML).resources());
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private void found(String backend, Verdict verdict, String reason, double phi, Duration age) {
    resources.add(
        new BackendStatus("web", backend, verdict, reason, phi, TestShell.NOW.minus(age)));
  }

  /** How one backend of a pool stands on an LB server. */
  private static String sight(String backend, boolean isEligible, String standing, String reason) {
    return "{\"name\":\"%s\",\"eligible\":%s,\"standing\":\"%s\",\"reason\":\"%s\"}"
        .formatted(backend, isEligible, standing, reason);
  }

  private void server(String name, String... sightsOfWeb) {
    servers.add(
        "{\"name\":\"%s\",\"state\":\"in-use\",\"revision\":\"9f3a1c2e.42\",\"report\":{\"pools\":[{\"name\":\"web\",\"backends\":[%s]}]}}"
            .formatted(name, String.join(",", sightsOfWeb)));
  }

  private void answer() {
    var snapshot =
        Snapshot.of(
            new Revision("9f3a1c2e", 42), resources.stream().map(one -> new Item(one, 1)).toList());
    controller
        .on("GET /v1/snapshot", Wire.snapshot(snapshot))
        .on(
            "GET /v1/rollout",
            "{\"revision\":\"9f3a1c2e.42\",\"servers\":[" + String.join(",", servers) + "]}");
  }

  @Test
  void shouldPutTheWorstFirstAndSayWhy() {
    found("b1", Verdict.HEALTHY, "answered 2 times in a row", 0, Duration.ofHours(50));
    found("b2", Verdict.HEALTHY, "", 0, Duration.ofSeconds(192));
    found("b4", Verdict.UNHEALTHY, "silent for 3.2 s", 8.04, Duration.ofSeconds(7));
    resources.add(
        new AdminOverride(
            ItemKey.backend("web", "b1"),
            AdminState.DISABLED,
            "alice",
            "disk",
            TestShell.NOW,
            Optional.of(TestShell.NOW.plusSeconds(60))));
    server(
        "lb-1",
        sight("b2", false, "ejected", EJECTED),
        sight("b4", false, "unhealthy", "unhealthy"));
    server(
        "lb-2", sight("b2", true, "healthy", "healthy"), sight("b4", true, "healthy", "healthy"));
    servers.add("{\"name\":\"lb-3\",\"state\":\"unreachable\",\"revision\":null,\"report\":null}");
    answer();

    assertThat(shell.run("status", "backends")).isZero();

    assertThat(shell.out())
        .isEqualTo(
            """
            BACKEND  ADDRESS      STATE                VERDICT    FOR    PHI  WHY
            web/b4   10.0.0.4:80  enabled              unhealthy  7s     8.0  silent for 3.2 s; not heard of yet on 1 of 2 LB servers
            web/b2   10.0.0.2:80  enabled              healthy    3m12s  0.0  it was found healthy; ejected on 1 of 2 LB servers (lb-1: 5 failures in a row, until 2026-01-02T03:05:00Z)
            web/b3   10.0.0.3:80  enabled              unknown    -      -    nobody has probed it yet
            web/b1   10.0.0.1:80  disabled (override)  healthy    2d2h   0.0  alice has it disabled, until 2026-01-02T03:05:05Z: disk; answered 2 times in a row
            web/b5   10.0.0.5:80  draining             unknown    -      -    its specification says draining; nobody has probed it yet
            api/a1   10.0.1.1:80  enabled              unknown    -      -    its weight is 0; its pool has no health check
            ! lb-3 can't be reached on its admin port: what it sees is not counted
            """);
    assertThat(controller.lines())
        .containsExactly("GET /v1/snapshot?view=targets", "GET /v1/rollout");
  }

  static Stream<Arguments> sights() {
    return Stream.of(
        Arguments.of(
            "panic",
            Verdict.UNHEALTHY,
            List.of(
                sight("b1", true, "unhealthy", "panic, though unhealthy"),
                sight("b1", false, "unhealthy", "unhealthy")),
            "no; used all the same on 1 of 2 LB servers, as its pool is in panic"),
        Arguments.of(
            "panic of an ejected one",
            Verdict.HEALTHY,
            List.of(sight("b1", true, "ejected", "panic, though " + EJECTED)),
            "no; ejected on 1 of 1 LB server (lb-0: 5 failures in a row, until 2026-01-02T03:05:00Z); used all the same on 1 of 1 LB server, as its pool is in panic"),
        Arguments.of(
            "no address",
            Verdict.HEALTHY,
            List.of(sight("b1", false, "address-unknown", "address unknown")),
            "no; its name has no address on 1 of 1 LB server"),
        Arguments.of(
            "subset",
            Verdict.HEALTHY,
            List.of(
                sight("b1", false, "outside-subset", "not in the subset of this LB server"),
                sight("b1", true, "healthy", "healthy")),
            "no; not in the subset of 1 of 2 LB servers"),
        Arguments.of(
            "spare",
            Verdict.HEALTHY,
            List.of(sight("b1", false, "healthy", "healthy; a spare of priority 1")),
            "no; a spare on 1 of 1 LB server"),
        Arguments.of(
            "nobody healthy",
            Verdict.UNKNOWN,
            List.of(sight("b1", true, "unknown-among-unknown", "unknown")),
            "no; used on 1 of 1 LB server, as no backend of its pool is healthy"),
        Arguments.of(
            "unknown for long",
            Verdict.UNKNOWN,
            List.of(sight("b1", true, "unknown-for-long", "unknown for more than 10 s")),
            "no; used on 1 of 1 LB server, as that has lasted for 10 s"),
        Arguments.of(
            "new",
            Verdict.UNKNOWN,
            List.of(sight("b1", false, "unknown-and-new", "unknown: appeared less than 10 s ago")),
            "no; not used on 1 of 1 LB server in its first 10 s"),
        Arguments.of(
            "nothing to say",
            Verdict.HEALTHY,
            List.of(sight("b1", true, "healthy", "healthy")),
            "no"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sights")
  void shouldSayWhatLbServersMakeOfIt(
      String description, Verdict verdict, List<String> sights, String sentence) {
    found("b1", verdict, "no", 0, Duration.ZERO);
    for (int i = 0; i < sights.size(); i++) {
      server("lb-" + i, sights.get(i));
    }
    answer();

    assertThat(shell.run("status", "backends", "-o", "json")).isZero();

    assertThat(explanations()).as(description).contains(sentence);
  }

  private List<String> explanations() {
    return Json.read(shell.out())
        .path("backends")
        .valueStream()
        .map(backend -> backend.path("explanation").asString())
        .toList();
  }

  @Test
  void shouldPrintAllThatIsKnownForPrograms() {
    found("b4", Verdict.UNHEALTHY, "silent for 3.2 s", 8.04, Duration.ofSeconds(7));
    server("lb-1", sight("b4", false, "unhealthy", "unhealthy"));
    answer();

    assertThat(shell.run("status", "-o", "json", "backends", "--pool", "web")).isZero();

    JsonNode all = Json.read(shell.out()).path("backends");
    assertThat(
            all.valueStream()
                .map(one -> one.path("name").asString() + " " + one.path("condition").asString())
                .collect(Collectors.joining(", ")))
        .isEqualTo("b4 unhealthy, b1 unknown, b2 unknown, b3 unknown, b5 draining");
    JsonNode worst = all.path(0);
    assertThat(worst.path("verdict").asString()).isEqualTo("unhealthy");
    assertThat(worst.path("since").asString()).isEqualTo("2026-01-02T03:03:58.678Z");
    assertThat(worst.path("seconds").asInt()).isEqualTo(7);
    assertThat(worst.path("phi").asDouble()).isEqualTo(8.04);
    assertThat(worst.path("reason").asString()).isEqualTo("silent for 3.2 s");
    assertThat(worst.at("/servers/0/standing").asString()).isEqualTo("unhealthy");
    assertThat(all.path(4).path("specified").asString()).isEqualTo("draining");
  }

  @Test
  void shouldSayThatThereIsNoSuchPool() {
    answer();

    assertThat(shell.run("status", "backends", "--pool", "none")).isEqualTo(1);

    assertThat(shell.err()).isEqualTo("ballast: there is no Pool none\n");
  }

  @Test
  void shouldSayOfAStaleVerdictThatItIsOne() {
    resources.add(
        new BackendStatus(
            "api", "a1", Verdict.UNHEALTHY, "refused", 0, TestShell.NOW.plusSeconds(3)));
    answer();

    assertThat(shell.run("status", "backends", "--pool", "api")).isZero();

    assertThat(shell.out())
        .contains("unhealthy  0s   0.0")
        .endsWith("its weight is 0; refused, when its pool still had a health check\n");
  }
}
