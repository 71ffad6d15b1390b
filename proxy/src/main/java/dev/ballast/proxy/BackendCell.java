package dev.ballast.proxy;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop owns of one backend: its numbers, and the idle connections to it. The latest is used first, so that the
 * others can expire. All but reading the numbers happens on the loop.
 */
final class BackendCell implements IdleUpstreams {
  private final Loop loop;
  private final int limit;
  private final int limitOfAll;
  private final Tally<BackendCounter> counts = new Tally<>(BackendCounter.class);
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>(2);

  BackendCell(Loop loop) {
    this.loop = loop;
    this.limit = loop.limits().of(Limit.IDLE_UPSTREAMS_PER_BACKEND);
    this.limitOfAll = loop.limits().of(Limit.IDLE_UPSTREAMS);
  }

  long read(BackendCounter what) {
    return counts.read(what);
  }

  void began() {
    counts.increment(BackendCounter.IN_FLIGHT);
    counts.increment(BackendCounter.REQUESTS);
  }

  void ended() {
    counts.decrement(BackendCounter.IN_FLIGHT);
  }

  void failed() {
    counts.increment(BackendCounter.FAILURES);
  }

  /** One that is still open. */
  @Nullable UpstreamConnection takeIdle() {
    UpstreamConnection connection = idle.pollLast();
    while (connection != null) {
      loop.counts().decrement(Counter.UPSTREAMS_IDLE);
      if (connection.isOpen()) {
        return connection;
      }
      connection = idle.pollLast();
    }
    return null;
  }

  @Override
  public boolean keep(UpstreamConnection connection) {
    if (idle.size() >= limit || loop.counts().read(Counter.UPSTREAMS_IDLE) >= limitOfAll) {
      loop.count(Counter.UPSTREAMS_NOT_KEPT);
      return false;
    }
    idle.addLast(connection);
    loop.count(Counter.UPSTREAMS_IDLE);
    return true;
  }

  @Override
  public void forget(UpstreamConnection connection) {
    if (idle.remove(connection)) {
      loop.counts().decrement(Counter.UPSTREAMS_IDLE);
    }
  }

  void closeIdle() {
    for (var connection = takeIdle(); connection != null; connection = takeIdle()) {
      connection.close();
    }
  }
}
