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
            "far",
            Addresses.next(),
            "http://127.0.0.1:" + wayToController.port(),
            List.of());
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
    assertThat(awaitState("far", "stale").reason()).contains("no controller");
    Figures.print("lb_server_stale_after_ms", (System.nanoTime() - cut) / 1e6);
    assertServes(far);
    assertSaid("far", "stale");

    long killed = System.nanoTime();
    near.process().kill();
    awaitState("near", "dead");
    Figures.print("lb_server_dead_after_ms", (System.nanoTime() - killed) / 1e6);
    assertSaid("near", "dead");

    wayToController.set(false, false, 0);
    awaitState("far", "ready");
    system.startLb("near", near.address()).awaitReady();
    awaitState("near", "ready");
  }

  /** By every way that there is to ask. */
  private void assertSaid(String name, String state) {
    var status = system.ballast("status");
    assertThat(status.out()).as(status.all()).contains(name).contains(state);
    var one = system.ballast("get", "lbserver", name, "-o", "yaml");
    assertThat(one.orFail().out()).contains(state);
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
