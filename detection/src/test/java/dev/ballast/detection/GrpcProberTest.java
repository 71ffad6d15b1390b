package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.Opening;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the health service of grpc-java. */
class GrpcProberTest {
  private final HealthStatusManager health = new HealthStatusManager();
  private Server server;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(health.getHealthService())
            .build()
            .start();
    health.setStatus("shop", ServingStatus.SERVING);
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination();
  }

  private ProbeDriver driver(String service, boolean isWatched) {
    return new ProbeDriver(
        server.getPort(),
        new ProbeSpec.Grpc(null, Opening.NOTHING, "shop.test", service, isWatched));
  }

  @Test
  void shouldCheckServerAndService() {
    try (var whole = driver("", false);
        var shop = driver("shop", false);
        var unknown = driver("nothing", false)) {
      whole.assertGood();
      shop.assertGood();
      shop.assertGood();
      unknown.assertFails(Kind.WRONG, "gRPC status 5");
      health.setStatus("shop", ServingStatus.NOT_SERVING);
      shop.assertFails(Kind.WRONG, "health is NOT_SERVING, wanted SERVING");
      health.setStatus("shop", ServingStatus.SERVING);
      shop.assertGood();
      assertThat(shop.probe(true)).isInstanceOf(Outcome.Good.class);
    }
  }

  @Test
  void shouldWatchOneCall() {
    try (var shop = driver("shop", true)) {
      shop.assertGood();
      shop.assertGood();
      health.setStatus("shop", ServingStatus.NOT_SERVING);
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> shop.probe(false) instanceof Outcome.Failed);
      shop.assertFails(Kind.WRONG, "health is NOT_SERVING, wanted SERVING");
      health.setStatus("shop", ServingStatus.SERVING);
      await().atMost(Duration.ofSeconds(5)).until(() -> shop.probe(false) instanceof Outcome.Good);
    }
  }

  @Test
  void shouldNoticeThatTheServerIsGone() throws Exception {
    try (var check = driver("", false);
        var watch = driver("", true)) {
      check.assertGood();
      watch.assertGood();
      stop();
      check.assertFails(Kind.REFUSED, "connection refused");
      await()
          .atMost(Duration.ofSeconds(5))
          .until(
              () ->
                  watch.probe(false) instanceof Outcome.Failed failed
                      && failed.kind() == Kind.REFUSED);
    }
  }
}
