package dev.ballast.locks;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract over a real Redis. */
class RedisEngineTest extends EngineContract {
  private static RedisServer server;

  @BeforeAll
  static void startServer() {
    server = RedisServer.start(RedisServer.DURABLE);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  LockEngine connect() {
    return RedisEngine.connect(server.url());
  }
}
