package dev.ballast.verify;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A gRPC server as others write them: grpc-java with its health service, which says that {@value #SERVICE} serves. */
final class GrpcBackend {
  static final String SERVICE = "shop";

  private GrpcBackend() {}

  /**
   * Serves until it is ended.
   *
   * @param arguments address and port
   */
  public static void main(String... arguments) throws IOException, InterruptedException {
    var at = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    var health = new HealthStatusManager();
    health.setStatus(SERVICE, ServingStatus.SERVING);
    var server =
        NettyServerBuilder.forAddress(at).addService(health.getHealthService()).build().start();
    System.out.println("serves on " + at);
    server.awaitTermination();
  }
}
