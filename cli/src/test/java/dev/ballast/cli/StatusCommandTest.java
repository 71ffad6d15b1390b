package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system on one screen, of a controller that answers what a test says. */
class StatusCommandTest {
  @TempDir Path directory;
  private FakeController controller;
  private TestShell shell;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
    controller.on("GET /v1/rollout", ClientCommandsTest.IN_USE);
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
  void shouldShowTheStateOfTheSystem() {
    controller
        .on(
            "GET /v1/status",
            """
            {"revision":"9f3a1c2e.42","epoch":"9f3a1c2e","version":"0.1.0","watchers":2,
             "feed":{"mode":"poll","reason":"process 12 blocks the slot","since":"2026-01-02T03:00:00.5Z"},
             "verdicts":{"unknown":2,"healthy":5,"unhealthy":1},
             "database":{"findings":[{"name":"wal_level","ok":false,"message":"wal_level is replica","remedy":"set it to logical"}]},
             "warnings":["insecure: the API is spoken in clear on 0.0.0.0"]}
            """)
        .on("GET /v1/orchestrators", "{\"partitions\":0,\"owned\":0,\"members\":[]}")
        .on("GET /v1/rollout", ClientCommandsTest.FALLING_SHORT);
    assertThat(shell.run("status")).isEqualTo(3);
    assertThat(shell.out())
        .contains("orchestrators  none runs")
        .contains("verdicts       5 healthy, 1 unhealthy, 2 unknown")
        .contains("! no orchestrator runs: verdicts stay as they are")
        .contains("lb-3       default  unreachable  dead      -")
        .contains("! lb-3 has been dead since 2026-01-02T03:00:00Z: no answer to 5 probes")
        .contains("change feed    poll since 2026-01-02T03:00:00Z: process 12 blocks the slot")
        .contains("LB servers     revision 42 in use on 1 of 4 LB servers")
        .contains("! lb-1: listener demo/http (port 8080) failed")
        .contains("! lb-1: pool demo is in panic")
        .contains("! lb-1: pool demo uses its backends of priority 1")
        .contains("! lb-1: pool demo keeps 71 % in its zone, the rest spills over to others")
        .contains("! lb-1: pool demo can't be connected to: there is no Certificate ca; apply it")
        .contains("! lb-1 is not connected to a controller: nobody answers")
        .contains("! database: wal_level is replica. set it to logical")
        .contains("! insecure: the API is spoken in clear on 0.0.0.0");
    controller.on("GET /v1/rollout", ClientCommandsTest.IN_USE);
    assertThat(shell.run("status", "-o", "json")).isZero();
    assertThat(shell.out()).contains("\"orchestrators\"");
  }

  @Test
  void shouldShowWhoOrchestrates() {
    controller
        .on("GET /v1/status", "{\"revision\":\"9f3a1c2e.42\"}")
        .on(
            "GET /v1/orchestrators",
            """
            {"group":"orchestrators","partitions":256,"owned":250,"members":[
              {"name":"o-1","weight":1,"partitions":130,"leaving":false,"remaining":"2500ms"},
              {"name":"o-2","weight":1,"partitions":120,"leaving":true,"doubt":"12 of 20 targets are silent at once"}]}
            """);
    assertThat(shell.run("status")).isZero();
    assertThat(shell.out())
        .contains(
            "orchestrators  2 run: o-1 with 130, o-2 with 120 (leaving) (in doubt) of 256 shares\n")
        .contains(
            "! orchestrator o-2 doubts itself, as 12 of 20 targets are silent at once: silence convicts nobody there for now")
        .contains("! 6 of 256 shares have no orchestrator now: their verdicts stay as they are");
  }

  @Test
  void shouldShowAllElseWhereTheOrchestratorsAreNotKnown() {
    controller
        .on("GET /v1/status", "{\"revision\":\"9f3a1c2e.42\"}")
        .onProblem("GET /v1/orchestrators", 503, "{\"detail\":\"the locks are not reachable\"}");
    assertThat(shell.run("status")).isZero();
    assertThat(shell.out())
        .contains("orchestrators  not known\n")
        .contains("! orchestrators: the locks are not reachable")
        .contains("LB servers     revision 42 in use on 2 of 2 LB servers");
  }
}
