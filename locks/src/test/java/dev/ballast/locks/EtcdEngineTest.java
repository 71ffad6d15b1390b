package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract over a real etcd. */
class EtcdEngineTest extends EngineContract {
  private static List<EtcdServer> servers;

  @BeforeAll
  static void startServers() {
    servers = EtcdServer.cluster(1);
  }

  @AfterAll
  static void stopServers() {
    servers.forEach(EtcdServer::close);
  }

  @Override
  LockEngine connect() {
    return EtcdEngine.connect(EtcdServer.url(servers));
  }

  @Override
  Duration shortTtl() {
    return Duration.ofSeconds(1);
  }
}
