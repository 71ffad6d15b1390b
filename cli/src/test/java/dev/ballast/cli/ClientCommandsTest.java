package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Documents;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientCommandsTest {
  private static final Revision REVISION = new Revision("9f3a1c2e", 42);
  static final String IN_USE =
      """
      {"revision":"9f3a1c2e.42","servers":[
        {"name":"lb-1","fleet":"default","state":"in-use","revision":"9f3a1c2e.42",
         "report":{"ready":true,"listeners":[{"loadBalancer":"demo","name":"http","port":8080,"state":"bound"}],
                   "sync":{"connected":true,"source":"watch","detail":""},
                   "pools":[{"name":"demo","panic":false,"backends":[{"requests":7},{"requests":5}]}]}},
        {"name":"lb-2","fleet":"default","state":"in-use","revision":"9f3a1c2e.42","report":{}}]}
      """;
  static final String FALLING_SHORT =
      """
      {"revision":"9f3a1c2e.42","servers":[
        {"name":"lb-1","fleet":"default","state":"in-use","revision":"9f3a1c2e.42",
         "report":{"ready":true,"listeners":[{"loadBalancer":"demo","name":"http","port":8080,"state":"failed",
                   "reason":"port 8080 is in use by process 7 (nginx)","remedy":"stop it"}],
                   "sync":{"connected":false,"source":"disk","detail":"nobody answers"},
                   "pools":[{"name":"demo","panic":true,"priority":1,"ownZonePercent":71,"reason":"there is no Certificate ca","remedy":"apply it","backends":[]}]}},
        {"name":"lb-2","fleet":"default","state":"behind","revision":"9f3a1c2e.41","report":{}},
        {"name":"lb-3","fleet":"default","state":"unreachable","revision":null,"report":null,
         "status":{"state":"dead","reason":"no answer to 5 probes","phi":9.5,"since":"2026-01-02T03:00:00.5Z"}},
        {"name":"lb-4","fleet":"default","state":"held","revision":"00000000.9","report":{"held":"another database"}}]}
      """;
  private static final String CHANGED =
      """
      {"revision":"9f3a1c2e.42","changed":true,"warnings":["route 2 is never reached"],
       "edits":[{"kind":"Pool","name":"demo","action":"created","fields":[]},
                {"kind":"Backend","name":"demo/b1","action":"changed",
                 "fields":[{"path":"weight","before":"1","after":"5"}]},
                {"kind":"Backend","name":"demo/b2","action":"deleted","fields":[]}]}
      """;
  private static final String UNCHANGED =
      "{\"revision\":\"9f3a1c2e.42\",\"changed\":false,\"edits\":[],\"warnings\":[]}";

  @TempDir Path directory;
  private FakeController controller;
  private TestShell shell;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
    controller.on("GET /v1/rollout", IN_USE);
    shell =
        new TestShell(directory)
            .with("BALLAST_SERVER", controller.url())
            .with("BALLAST_TOKEN", "secret");
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void shouldPrintWhatAnApplyDidAndWhereItIsInUse() throws IOException {
    controller.on("POST /v1/apply", CHANGED);
    Files.writeString(directory.resolve("web.yaml"), "kind: Pool\n");
    assertThat(shell.run("apply", "-f", "web.yaml")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            + Pool demo
            ~ Backend demo/b1
                weight: 1 → 5
            - Backend demo/b2
            revision 42 in use on 2 of 2 LB servers
            """);
    assertThat(shell.err()).isEqualTo("warning: route 2 is never reached\n");
    FakeController.Asked apply = controller.last("POST");
    assertThat(apply.line())
        .isEqualTo("POST /v1/apply?dryRun=false&prune=false&allowMassRemoval=false");
    assertThat(apply.body()).isEqualTo("kind: Pool\n");
    assertThat(apply.header("Content-type")).isEqualTo("application/yaml");
    assertThat(apply.header("Authorization")).isEqualTo("Bearer secret");
    assertThat(apply.header("Ballast-user")).isEqualTo("alice");
  }

  @Test
  void shouldSayThatNothingChanged() {
    controller.on("POST /v1/apply", UNCHANGED);
    assertThat(shell.withInput("kind: Pool\n").run("apply", "-f", "-")).isZero();
    assertThat(shell.out()).isEqualTo("unchanged\nrevision 42 in use on 2 of 2 LB servers\n");
  }

  @Test
  void shouldEndWithThreeAndSayWhatFallsShortWhere() {
    controller.on("POST /v1/apply", UNCHANGED).on("GET /v1/rollout", FALLING_SHORT);
    assertThat(shell.run("apply", "-f", "-")).isEqualTo(3);
    assertThat(shell.out())
        .isEqualTo(
            """
            unchanged
            revision 42 in use on 1 of 4 LB servers
              lb-1: listener demo/http (port 8080) failed: port 8080 is in use by process 7 (nginx). stop it
              lb-2 is at 41
              lb-3 can't be reached on its admin port
              lb-4 holds on to revision 9: another database. If that is meant: ballast accept lb-4
            """);
  }

  @Test
  void shouldNotWaitWhenToldNotTo() {
    controller.on("POST /v1/apply", UNCHANGED);
    assertThat(shell.run("apply", "-f", "-", "--no-wait")).isZero();
    assertThat(shell.out()).endsWith("revision 42 committed\n");
    assertThat(controller.lines()).noneMatch(line -> line.contains("rollout"));
  }

  @Test
  void shouldPassTheSwitchesOnAndNotWaitForADryRun() {
    controller.on("POST /v1/apply", CHANGED);
    assertThat(shell.run("apply", "-f", "-", "--dry-run", "--prune", "--allow-mass-removal"))
        .isZero();
    assertThat(shell.out()).endsWith("dry run: nothing was applied\n");
    assertThat(controller.lines())
        .containsExactly("POST /v1/apply?dryRun=true&prune=true&allowMassRemoval=true");
  }

  @Test
  void shouldPointAtEveryMistakeInTheInput() throws IOException {
    controller.onProblem(
        "POST /v1/apply",
        422,
        """
        {"title":"Unprocessable","status":422,"detail":"first",
         "problems":[{"document":1,"line":3,"path":"backends[0].weigth","message":"unknown key: did you mean \\"weight\\"?"},
                     {"document":0,"line":0,"path":"","message":"something else"}]}
        """);
    Files.writeString(directory.resolve("web.yaml"), "kind: Pool\n");
    assertThat(shell.run("apply", "-f", "web.yaml")).isEqualTo(1);
    assertThat(shell.err())
        .isEqualTo(
            """
            ballast: web.yaml:3: backends[0].weigth: unknown key: did you mean "weight"?
            something else
            Nothing was applied.
            """);
  }

  @Test
  void shouldSayWhyAnApplyIsRefused() {
    controller.onProblem(
        "POST /v1/apply", 409, "{\"title\":\"Conflict\",\"detail\":\"it would empty Pool web\"}");
    assertThat(shell.run("apply", "-f", "-")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("ballast: it would empty Pool web\nNothing was applied.\n");
  }

  @Test
  void shouldShowADifferenceWithoutApplyingIt() {
    controller.on("POST /v1/apply", CHANGED);
    assertThat(shell.run("diff", "-f", "-")).isZero();
    assertThat(shell.run("diff", "-f", "-", "--exit-code")).isEqualTo(1);
    assertThat(controller.lines()).allMatch(line -> line.contains("dryRun=true"));
    assertThat(shell.out()).contains("~ Backend demo/b1");
  }

  @Test
  void shouldListEveryKindInATable() {
    listing();
    assertThat(shell.run("get", "pools")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            NAME  ALGORITHM             BACKENDS               VERDICTS                HEALTH CHECK         SPOKEN TO
            demo  weighted-round-robin  2 enabled, 1 draining  2 unknown, 1 unhealthy  http / every 1000ms  in clear
            echo  weighted-round-robin  3 enabled              3 unknown               -                    in clear
            """);
    for (String kind : List.of("lb", "backends", "fleets", "lbservers")) {
      assertThat(shell.run("get", kind)).isZero();
    }
    assertThat(shell.out())
        .contains("demo  default  demo.test  *      http:8080,tcp:9000  1 pool  demo,echo")
        .contains(
            "demo/b2  127.0.0.1:18082  1       -     0         draining  unknown    -                     alice: disk")
        .contains(
            "demo/b3  127.0.0.1:18083  1       -     0         enabled   unhealthy  2026-01-02T03:04:05Z  timed out")
        .contains("OBSERVED  SINCE                 WHY")
        .contains("dead      2026-01-02T03:04:05Z  no answer");
  }

  @Test
  void shouldSelectByName() {
    listing();
    assertThat(shell.run("get", "backends", "echo")).isZero();
    assertThat(shell.out().lines()).hasSize(4);
    assertThat(shell.run("get", "backend", "echo/b1", "-o", "yaml")).isZero();
    assertThat(shell.out())
        .endsWith(
            """
            # Its verdict is unknown, which is as good as healthy here: its pool has no health check.
            kind: Backend
            pool: echo
            name: b1
            address: "127.0.0.1:19001"
            weight: 1
            """);
    assertThat(shell.run("get", "pool", "none")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("ballast: there is no Pool none\n");
  }

  @Test
  void shouldExplainAVerdictInAComment() {
    listing();
    assertThat(shell.run("get", "backends", "demo", "-o", "yaml")).isZero();
    assertThat(shell.out())
        .contains(
            """
            ---
            # It has been unhealthy since 2026-01-02T03:04:05Z: timed out (φ was 9.0); before that it was healthy, since 2026-01-02T02:04:05Z.
            kind: Backend
            pool: demo
            name: b3
            """);
    Documents documents =
        Documents.parse(shell.out().getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
    assertThat(documents.resources())
        .containsExactlyInAnyOrderElementsOf(
            Documents.parse(Demo.httpPool().getBytes(StandardCharsets.UTF_8), Documents.Format.YAML)
                .resources()
                .stream()
                .filter(Backend.class::isInstance)
                .toList());

    assertThat(shell.run("get", "lbserver", "lb-1", "-o", "yaml")).isZero();
    assertThat(shell.out())
        .contains(
            "# It has been dead since 2026-01-02T03:04:05Z: no answer (φ was 8.5).\nkind: LbServer\n");
  }

  @Test
  void shouldPrintWhatCanBeAppliedAgain() {
    listing();
    assertThat(shell.run("get", "pools", "-o", "yaml")).isZero();
    Documents yaml =
        Documents.parse(shell.out().getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
    assertThat(yaml.resources()).hasSize(8);
    assertThat(yaml.completeLists()).containsExactlyInAnyOrder("demo", "echo");
    var other = new TestShell(directory).with("BALLAST_SERVER", controller.url());
    assertThat(other.run("get", "pools", "-o", "json")).isZero();
    Documents json =
        Documents.parse(other.out().getBytes(StandardCharsets.UTF_8), Documents.Format.JSON);
    assertThat(json.resources()).containsExactlyInAnyOrderElementsOf(yaml.resources());
  }

  @Test
  void shouldDeleteByKindAndName() {
    controller.on("DELETE /v1/pools/demo/backends/b2", CHANGED);
    assertThat(shell.run("delete", "backend", "demo/b2")).isZero();
    assertThat(shell.out()).contains("- Backend demo/b2").endsWith("2 of 2 LB servers\n");
    assertThat(shell.run("delete", "backend", "b2")).isEqualTo(2);
    assertThat(shell.run("delete", "pool", "nothing")).isEqualTo(1);
  }

  @Test
  void shouldDrainABackendForAWhile() {
    controller.on("PUT /v1/pools/demo/backends/b1/override", UNCHANGED);
    assertThat(shell.run("drain", "demo/b1", "--why", "disk", "--for", "30m")).isZero();
    assertThat(shell.out()).startsWith("Backend demo/b1 draining\nrevision 42 in use");
    assertThat(controller.last("PUT").body())
        .isEqualTo("{\"state\":\"draining\",\"why\":\"disk\",\"until\":\"2026-01-02T03:34:05Z\"}");
  }

  @Test
  void shouldDisableAndEnableAnLbServer() {
    controller.on("PUT /v1/lbservers/lb-1/override", UNCHANGED);
    assertThat(shell.run("disable", "lbserver", "lb-1")).isZero();
    assertThat(controller.last("PUT").body()).contains("\"state\":\"disabled\"");
    assertThat(shell.run("enable", "lbs", "lb-1")).isZero();
    assertThat(controller.last("PUT").body()).contains("\"state\":\"enabled\"");
    assertThat(shell.run("drain", "lb-1")).isEqualTo(2);
    assertThat(shell.err()).contains("an LB server: lbserver lb-1");
    assertThat(shell.run("drain", "demo/b1", "--until", "tomorrow")).isEqualTo(2);
  }

  @Test
  void shouldShowHistoryInShort() {
    controller.on(
        "GET /v1/history",
        """
        {"items":[{"revision":5,"at":"2026-01-02T03:04:05.678Z","who":"alice","summary":
          {"created":1,"changed":1,"deleted":3,"edits":[
            {"kind":"Backend","name":"web/b1","action":"changed","fields":[{"path":"weight","before":"1","after":"5"}]},
            {"kind":"Pool","name":"api","action":"created","fields":[]}]}}]}
        """);
    assertThat(shell.run("history", "-n", "5", "--before", "6")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            REVISION  AT                    WHO    WHAT
            5         2026-01-02T03:04:05Z  alice  ~Backend web/b1 (weight 1 → 5), +Pool api, and 3 more
            """);
    assertThat(controller.lines()).containsExactly("GET /v1/history?limit=5&before=6");
  }

  @Test
  void shouldTellAnLbServerToAccept() throws IOException {
    try (var itself = new FakeController()) {
      itself.onText("POST /held/accept", 200, "accepted\n");
      controller.on("GET /v1/lbservers/lb-1", "{\"admin\":\"" + itself.url() + "\"}");
      assertThat(shell.run("accept", "lb-1")).isZero();
      assertThat(itself.last("POST").header("Authorization")).isEqualTo("Bearer secret");
      itself.onText("POST /held/accept", 401, "this needs the bearer token\n");
      assertThat(shell.run("accept", "lb-1")).isEqualTo(1);
      assertThat(shell.err()).contains("LB server lb-1").contains("this needs the bearer token");
    }
  }

  @Test
  void shouldSayThatNothingListens() {
    controller.close();
    assertThat(shell.run("get", "pools")).isEqualTo(4);
    assertThat(shell.err())
        .isEqualTo(
            "ballast: no controller at "
                + controller.url()
                + " (BALLAST_SERVER): nothing listens there. Start one with: ballast up\n");
  }

  @Test
  void shouldSayThatSomethingElseListens() {
    controller.onText("GET /v1/status", 404, "nginx\n");
    assertThat(shell.run("status")).isEqualTo(1);
    assertThat(shell.err()).contains("answers with HTTP 404: nginx");
  }

  @Test
  void shouldPassOnWhyAccessIsDenied() {
    controller.onProblem(
        "GET /v1/status",
        401,
        "{\"title\":\"Unauthorized\",\"detail\":\"a bearer token is needed\"}");
    assertThat(shell.run("status")).isEqualTo(1);
    assertThat(shell.err())
        .isEqualTo("ballast: a bearer token is needed (see --token-file and $BALLAST_TOKEN)\n");
  }

  private void listing() {
    var resources = new ArrayList<Resource>();
    for (String document : List.of(Demo.loadBalancer(), Demo.httpPool(), Demo.tcpPool())) {
      resources.addAll(
          Documents.parse(document.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML)
              .resources());
    }
    resources.add(
        new AdminOverride(
            ItemKey.backend("demo", "b2"),
            AdminState.DRAINING,
            "alice",
            "disk",
            TestShell.NOW,
            Optional.empty()));
    resources.add(
        new AdminOverride(
            ItemKey.backend("demo", "b1"),
            AdminState.DISABLED,
            "bob",
            "over",
            TestShell.NOW.minusSeconds(9),
            Optional.of(TestShell.NOW.minusSeconds(1))));
    resources.add(
        new BackendStatus("demo", "b3", Verdict.HEALTHY, "", 0, TestShell.NOW.minusSeconds(3_600))
            .next(Verdict.UNHEALTHY, "timed out", 9, TestShell.NOW));
    resources.add(
        new LbServer(
            "lb-1", "default", "a1", "10.0.0.1", "http://10.0.0.1:7071", "1", TestShell.NOW));
    resources.add(
        new LbServerStatus("lb-1", "a1", LbServerState.DEAD, "no answer", 8.5, TestShell.NOW));
    var snapshot = Snapshot.of(REVISION, resources.stream().map(one -> new Item(one, 1)).toList());
    controller.on("GET /v1/snapshot", Wire.snapshot(snapshot));
  }
}
