package dev.ballast.cli;

import dev.ballast.controller.ConfigWriter;
import dev.ballast.controller.ControllerServer;
import dev.ballast.controller.ControllerSettings;
import dev.ballast.controller.Feed;
import dev.ballast.controller.Locking;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.MemoryEngine;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/** A real controller that has locks, in memory, and no configuration. */
final class LockingController implements AutoCloseable {
  static final String TOKEN = "a-token-of-the-tests";

  final LockEngine engine = new MemoryEngine(System::nanoTime);
  private final ControllerServer server =
      ControllerServer.start(
          ControllerSettings.of("127.0.0.1", 0, TOKEN, "test"),
          nothing(ConfigWriter.class),
          _ -> nothing(Feed.Following.class),
          new Locking(engine, new Random()),
          InstantSource.system(),
          System::nanoTime);

  private final String url = server.uri().toString();

  /** Answers every call with nothing. */
  private static <T> T nothing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) -> method.getReturnType().equals(List.class) ? List.of() : null));
  }

  String url() {
    return url;
  }

  @Override
  public void close() {
    server.close();
  }
}
