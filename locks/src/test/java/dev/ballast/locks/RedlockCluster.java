package dev.ballast.locks;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Redis nodes of a test's own that have run for long enough to be let in. */
final class RedlockCluster implements AutoCloseable {
  private static final int MAX_TTL_SECONDS = 5;
  static final Duration MAX_TTL = Duration.ofSeconds(MAX_TTL_SECONDS);

  private final List<RedisServer> nodes;

  private RedlockCluster(int size) {
    nodes = IntStream.range(0, size).mapToObj(_ -> RedisServer.start(List.of())).toList();
  }

  static RedlockCluster start(int size) {
    var cluster = new RedlockCluster(size);
    cluster.awaitAllIn();
    return cluster;
  }

  /** Waits until all nodes answer and none stays out. */
  void awaitAllIn() {
    try (var engine = connect()) {
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreException(EngineUnavailable.class)
          .until(() -> engine.facts().warnings().stream().noneMatch(w -> w.contains("missing")));
    }
  }

  RedisServer node(int i) {
    return nodes.get(i);
  }

  String url() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.port())
        .collect(Collectors.joining(",", "redlock://", "?max-ttl=" + MAX_TTL_SECONDS + "s"));
  }

  RedlockEngine connect() {
    return RedlockEngine.connect(url(), System::nanoTime, new Random());
  }

  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }
}
