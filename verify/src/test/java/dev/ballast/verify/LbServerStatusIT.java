package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LB servers that die, and that are cut off from their controller: what the system says of them, and whether they serve. */
final class LbServerStatusIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** A whole while without a controller. */
  private static final double STALE_MILLIS = 10_000;

  /** It counts from what it heard last, which was a heartbeat at the earliest before. */
  private static final double HEARTBEAT_MILLIS = 2_000;

  /** The rest is to be asked, judged and written, on a machine that does much else. */
  private static final double STALE_AT_LAST_MILLIS = STALE_MILLIS + 5_000;

  /** A closed port is proof at the next probe, a second later; the rest is for a machine that does much else. */
  private static final double DEAD_MILLIS = 1_000 + 2_000;

  private Deployment system;
  private TcpProxy wayToController;
  private LbProcess near;
  private LbProcess far;
  private StatusTable table;

  @BeforeEach
  void start() {
    system = Deployment.create("lb-server-status");
    table = StatusTable.open(system.databaseUrl());
    var api = system.startController("controller").api().server();
    wayToController = new TcpProxy(new InetSocketAddress(api.getHost(), api.getPort()));
    system.startOrchestrator("orchestrator");
    near = system.startLb("near");
    far =
        system.launchLb(
            "far", Addresses.next(), "http://127.0.0.1:" + wayToController.port(), List.of());
    near.awaitConnected();
    far.awaitConnected();
    system.applied(Web.of(Map.of("b1", system.startBackend("b1"))));
    system.lbs().forEach(LbProcess::awaitReady);
    awaitState("near", "ready");
    awaitState("far", "ready");
  }

  @AfterEach
  void stop() {
    table.close();
    system.close();
    wayToController.close();
  }

  @Test
  void shouldCallAKilledLbServerDeadAndOneWithoutControllerStaleThatServesOn() throws Exception {
    long cut = System.nanoTime();
    wayToController.set(true, true, 0);
    assertThat(awaitState("far", "stale").reason()).contains("no controller for 10 s");
    double stale = (System.nanoTime() - cut) / 1e6;
    Figures.print("lb_server_stale_after_ms", stale);
    assertThat(stale).isBetween(STALE_MILLIS - HEARTBEAT_MILLIS, STALE_AT_LAST_MILLIS);
    assertSaid("far", "stale");
    assertServes(far);

    long killed = System.nanoTime();
    near.process().kill();
    awaitState("near", "dead");
    double dead = (System.nanoTime() - killed) / 1e6;
    Figures.print("lb_server_dead_after_ms", dead);
    assertThat(dead).isLessThan(DEAD_MILLIS);
    assertSaid("near", "dead");

    wayToController.set(false, false, 0);
    awaitState("far", "ready");
    near = system.startLb("near", near.address());
    near.awaitReady();
    awaitState("near", "ready");
    assertServes(near);
    assertThat(table.read().get("far").verdict()).isEqualTo("ready");
    assertThat(system.ballast("status").out()).doesNotContain("has been");
  }

  /** By every way that there is to ask. The controller follows the database within moments. */
  private void assertSaid(String name, String state) {
    await("the API says that " + name + " is " + state)
        .atMost(PATIENCE)
        .until(
            () ->
                system
                    .api()
                    .get("/v1/rollout")
                    .orFail()
                    .json()
                    .path("servers")
                    .valueStream()
                    .anyMatch(
                        server ->
                            server.path("name").asString("").equals(name)
                                && server.path("status").path("state").asString("").equals(state)));
    assertThat(system.ballast("status").out())
        .containsPattern("(?m)^" + name + " .*\\b" + state + "\\b")
        .contains(name + " has been " + state + " since ");
    assertThat(system.ballast("get", "lbserver", name, "-o", "yaml").orFail().out())
        .contains(state);
  }

  private static void assertServes(LbProcess lb) throws Exception {
    try (var connection = HttpConnection.open(Place.HERE, lb.at(Web.HTTP), Duration.ofSeconds(5))) {
      assertThat(connection.get(Web.HOST, "/").status()).isEqualTo(200);
    }
  }

  private StatusTable.Row awaitState(String name, String state) {
    await(name + " is " + state)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              assertThat(table.read()).containsKey(name);
              assertThat(table.read().get(name).verdict()).isEqualTo(state);
            });
    return table.read().get(name);
  }
}
