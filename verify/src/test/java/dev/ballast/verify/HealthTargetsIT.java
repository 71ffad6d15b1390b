package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backends that are asked by gRPC and by TCP, as the configuration says, by a whole system. */
final class HealthTargetsIT {
  private static final int GRPC_PORT = 50_051;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HealthStatusManager health = new HealthStatusManager();
  private Deployment system;
  private Server server;
  private StatusTable table;
  private Running echo;

  @BeforeEach
  void start() throws IOException {
    String grpcHost = Addresses.next();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(grpcHost, GRPC_PORT))
            .addService(health.getHealthService())
            .build()
            .start();
    health.setStatus("shop", ServingStatus.SERVING);
    system = Deployment.create("health-targets");
    table = StatusTable.open(system.databaseUrl());
    system.startController("controller");
    system.startOrchestrator("orchestrator");
    String echoHost = Addresses.next();
    echo = system.launchBackend("echo", echoHost);
    system.applied(documents(grpcHost, echoHost));
  }

  private static String documents(String grpcHost, String echoHost) {
    return """
        kind: Pool
        name: checked
        healthCheck: {type: grpc, service: shop}
        backends:
          - {name: shop, address: "%1$s:%2$d"}
        ---
        kind: Pool
        name: watched
        healthCheck: {type: grpc, service: shop, watch: true}
        backends:
          - {name: shop, address: "%1$s:%2$d"}
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
          - {name: echo, address: "%3$s:%4$d"}
        """
        .formatted(grpcHost, GRPC_PORT, echoHost, Web.BACKEND_TCP);
  }

  @AfterEach
  void stop() {
    table.close();
    system.close();
    server.shutdownNow();
  }

  @Test
  void shouldAskAGrpcServerForItsHealthAndATcpServerForAConnection() {
    awaitVerdict("checked/shop", "healthy");
    awaitVerdict("watched/shop", "healthy");
    awaitVerdict("echo/echo", "healthy");
    assertThat(awaitVerdict("strange/shop", "unhealthy").reason())
        .containsIgnoringCase("no-such-service");

    health.setStatus("shop", ServingStatus.NOT_SERVING);
    assertThat(awaitVerdict("checked/shop", "unhealthy").reason()).contains("NOT_SERVING");
    assertThat(awaitVerdict("watched/shop", "unhealthy").reason()).contains("NOT_SERVING");
    health.setStatus("shop", ServingStatus.SERVING);
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

  private StatusTable.Row awaitVerdict(String backend, String verdict) {
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
