package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Backends that are asked by gRPC and by TCP, as the configuration says, by a whole system.
 *
 * <pre>
 *   shop     a gRPC server within the test, which says what it is told to
 *   process  the same as a process of its own, to be killed and frozen
 *   distant  the same on a machine of its own, whose cable can be unplugged
 *   echo     a TCP server
 * </pre>
 */
final class HealthTargetsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** From a fault to the verdict, on a machine that does much else. */
  private static final Duration KILLED_LIMIT = Duration.ofMillis(2_500);

  private static final Duration SILENT_LIMIT = Duration.ofSeconds(6);

  private static final HealthStatusManager HEALTH = new HealthStatusManager();
  private static Deployment system;
  private static Server server;
  private static StatusTable table;
  private static Running echo;
  private static String processHost;
  private static Running process;
  private static Lan lan;
  private static Lan.Machine distant;

  @BeforeAll
  static void start() throws Exception {
    String shopHost = Addresses.next();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(shopHost, Web.GRPC))
            .addService(HEALTH.getHealthService())
            .build()
            .start();
    HEALTH.setStatus(GrpcBackend.SERVICE, ServingStatus.SERVING);
    system = Deployment.create("health-targets");
    table = StatusTable.open(system.databaseUrl());
    system.startController("controller");
    // Few are watched, and many of them fall silent at once.
    system.startOrchestrator("orchestrator", system.databaseUrl(), "--doubt-above", "100");
    String echoHost = Addresses.next();
    echo = system.launchBackend("echo", echoHost);
    processHost = Addresses.next();
    process = system.launchGrpcBackend(Place.HERE, "process", processHost);
    lan = Lan.joined();
    distant = lan.machine("distant");
    system.launchGrpcBackend(distant.place(), "distant", distant.address());
    system.applied(documents(shopHost, echoHost));
  }

  /** The way back is not what is measured: those that are unhealthy are asked more often than by default. */
  private static String documents(String shopHost, String echoHost) {
    return """
        kind: Pool
        name: checked
        healthCheck: {type: grpc, service: shop, unhealthyInterval: 100ms}
        backends:
          - {name: shop, address: "%1$s:%2$d"}
          - {name: process, address: "%3$s:%2$d"}
          - {name: distant, address: "%4$s:%2$d"}
        ---
        kind: Pool
        name: watched
        healthCheck: {type: grpc, service: shop, watch: true, unhealthyInterval: 100ms}
        backends:
          - {name: shop, address: "%1$s:%2$d"}
          - {name: process, address: "%3$s:%2$d"}
          - {name: distant, address: "%4$s:%2$d"}
        ---
        kind: Pool
        name: connected
        healthCheck: {type: tcp, unhealthyInterval: 100ms}
        backends:
          - {name: process, address: "%3$s:%2$d"}
          - {name: distant, address: "%4$s:%2$d"}
        ---
        kind: Pool
        name: strange
        healthCheck: {type: grpc, service: no-such-service}
        backends:
          - {name: shop, address: "%1$s:%2$d"}
        ---
        kind: Pool
        name: echo
        healthCheck: {type: tcp}
        backends:
          - {name: echo, address: "%5$s:%6$d"}
        """
        .formatted(shopHost, Web.GRPC, processHost, distant.address(), echoHost, Web.BACKEND_TCP);
  }

  @BeforeEach
  void awaitHealthy() {
    for (String pool : List.of("checked", "watched", "connected")) {
      awaitVerdict(pool + "/process", "healthy");
      awaitVerdict(pool + "/distant", "healthy");
    }
  }

  @AfterAll
  static void stop() {
    process.signal("CONT");
    table.close();
    system.close();
    server.shutdownNow();
    lan.close();
  }

  @Test
  void shouldAskAGrpcServerForItsHealthAndATcpServerForAConnection() {
    awaitVerdict("checked/shop", "healthy");
    awaitVerdict("watched/shop", "healthy");
    awaitVerdict("echo/echo", "healthy");
    assertThat(awaitVerdict("strange/shop", "unhealthy").reason())
        .containsIgnoringCase("no-such-service");

    HEALTH.setStatus(GrpcBackend.SERVICE, ServingStatus.NOT_SERVING);
    assertThat(awaitVerdict("checked/shop", "unhealthy").reason()).contains("NOT_SERVING");
    assertThat(awaitVerdict("watched/shop", "unhealthy").reason()).contains("NOT_SERVING");
    HEALTH.setStatus(GrpcBackend.SERVICE, ServingStatus.SERVING);
    awaitVerdict("checked/shop", "healthy");
    awaitVerdict("watched/shop", "healthy");

    echo.kill();
    assertThat(awaitVerdict("echo/echo", "unhealthy").reason()).contains("refused");
    server.shutdownNow();
    awaitVerdict("checked/shop", "unhealthy");
    awaitVerdict("watched/shop", "unhealthy");

    var explained = system.ballast("get", "backend", "echo/echo", "-o", "yaml");
    assertThat(explained.orFail().out()).contains("refused");
    assertThat(system.ballast("status", "backends").orFail().out()).contains("refused");
  }

  @Test
  void shouldNoticeThatAProcessIsKilled() {
    Instant began = Instant.now();
    process.kill();
    for (String pool : List.of("checked", "watched", "connected")) {
      assertConvicted("killed", pool + "/process", began, KILLED_LIMIT, "refused");
    }
    process = system.launchGrpcBackend(Place.HERE, "process", processHost);
  }

  /** Its kernel accepts connections as before, so who wants no more than a connection does not notice. */
  @Test
  void shouldNoticeThatAProcessIsFrozenUnlessItIsAskedForAConnectionAlone() {
    StatusTable.Row connected = table.read().get("connected/process");
    Instant began = Instant.now();
    process.signal("STOP");
    assertConvicted("frozen", "checked/process", began, SILENT_LIMIT, "no answer");
    assertConvicted("frozen", "watched/process", began, SILENT_LIMIT, "no answer");
    assertThat(table.read()).containsEntry("connected/process", connected);
    process.signal("CONT");
  }

  @Test
  void shouldNoticeThatAMachineIsCutOff() {
    Instant began = Instant.now();
    distant.cutSilently();
    for (String pool : List.of("checked", "watched", "connected")) {
      assertConvicted("cut", pool + "/distant", began, SILENT_LIMIT, "no answer");
    }
    distant.heal();
  }

  private static void assertConvicted(
      String how, String backend, Instant began, Duration limit, String reason) {
    StatusTable.Row row = awaitVerdict(backend, "unhealthy");
    Duration after = Duration.between(began, row.since());
    Figures.print("targets_" + how + "_" + backend.replace('/', '_') + "_ms", after.toMillis());
    assertThat(after).as(backend).isPositive().isLessThanOrEqualTo(limit);
    assertThat(row.reason()).as(backend).contains(reason);
  }

  private static StatusTable.Row awaitVerdict(String backend, String verdict) {
    await(backend + " is " + verdict)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              assertThat(table.read()).containsKey(backend);
              assertThat(table.read().get(backend).verdict()).isEqualTo(verdict);
            });
    return table.read().get(backend);
  }
}
