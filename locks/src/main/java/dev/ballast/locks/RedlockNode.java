package dev.ballast.locks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * One of the Redis nodes of {@link RedlockEngine}. It stays out until it has run for the longest time to live, because it may
 * have forgotten leases when it was restarted: its own uptime is read on each new connection, and a restart breaks all
 * connections. While it does not answer, one call at a time tries it, and all others fail at once.
 *
 * <p>Safe for use by many threads.
 */
final class RedlockNode implements AutoCloseable {
  private static final RedisScript SCRIPT = RedisScript.load("redis-leases.lua", "redlock.lua");

  private final AtomicBoolean isTried = new AtomicBoolean();
  private final Duration maxTtl;
  private final List<String> prefix;
  private final RedisNode redis;
  private final RedisWakes wakes;

  /** Why the last call failed; null if it did not. */
  private volatile @Nullable EngineUnavailable trouble;

  RedlockNode(
      EngineUrl url, EngineUrl.Address address, Duration timeout, Duration maxTtl, String prefix) {
    this.maxTtl = maxTtl;
    this.prefix = List.of(prefix);
    this.redis = new RedisNode(url, address, timeout, this::admit);
    this.wakes = new RedisWakes(redis, prefix + "wake:");
  }

  RedisNode redis() {
    return redis;
  }

  RedisWakes wakes() {
    return wakes;
  }

  private void admit(Connection connection) {
    var command = new CommandArguments(Protocol.Command.INFO).add("server");
    var info = RedisFacts.parse(RedisNode.text(connection.executeCommand(command)));
    long uptime = Long.parseLong(info.getOrDefault("uptime_in_seconds", "-1"));
    // Redis rounds down, so it has run for at least so long.
    if (Duration.ofSeconds(uptime).compareTo(maxTtl) < 0) {
      throw new EngineUnavailable(
          "Redis at %s was started %d s ago and stays out for %d s, since it may have forgotten leases"
              .formatted(redis.address(), uptime, maxTtl.plusMillis(999).toSeconds()));
    }
  }

  /**
   * Runs an operation of {@code redlock.lua}.
   *
   * @throws EngineUnavailable if this node gave no answer in time
   */
  @Nullable Object call(List<?> arguments) {
    var last = trouble;
    if (last != null && !isTried.compareAndSet(false, true)) {
      throw new EngineUnavailable(String.valueOf(last.getMessage()), last);
    }
    try {
      var answer = redis.eval(SCRIPT, prefix, RedisEngine.texts(arguments));
      trouble = null;
      return answer;
    } catch (EngineUnavailable e) {
      trouble = e;
      throw e;
    } finally {
      if (last != null) {
        isTried.set(false);
      }
    }
  }

  @Override
  public void close() {
    wakes.close();
    redis.close();
  }
}
