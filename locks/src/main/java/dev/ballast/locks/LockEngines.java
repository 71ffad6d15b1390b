package dev.ballast.locks;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Engines by URL. */
public final class LockEngines {
  private static final String JEDIS = "redis.clients:jedis:8.0.2";
  private static final String PGJDBC =
      "org.postgresql:postgresql:42.7.14 and com.zaxxer:HikariCP:7.1.0";
  private static final String JACKSON = "tools.jackson.core:jackson-databind:3.2.4";

  /** How an engine is made from its URL. */
  @FunctionalInterface
  private interface Connector {
    LockEngine connect(String url, Ticker ticker, RandomGenerator random);
  }

  /** @param driver what must be on the class path, as Maven names it; empty for nothing */
  private record Kind(String driver, Connector connector) {}

  private static final Map<String, Kind> KINDS =
      new TreeMap<>(
          Map.of(
              "memory", new Kind("", (_, ticker, _) -> new MemoryEngine(ticker)),
              "postgres", new Kind(PGJDBC, (url, _, _) -> PostgresEngine.connect(url)),
              "postgresql", new Kind(PGJDBC, (url, _, _) -> PostgresEngine.connect(url)),
              "jdbc", new Kind(PGJDBC, (url, _, _) -> PostgresEngine.connect(url)),
              "redis", new Kind(JEDIS, (url, _, _) -> RedisEngine.connect(url)),
              "rediss", new Kind(JEDIS, (url, _, _) -> RedisEngine.connect(url)),
              "redlock", new Kind(JEDIS, RedlockEngine::connect),
              "etcd", new Kind(JACKSON, (url, _, _) -> EtcdEngine.connect(url)),
              "http",
                  new Kind(JACKSON, (url, _, _) -> new HttpEngine(HttpEngineSettings.parse(url))),
              "https",
                  new Kind(JACKSON, (url, _, _) -> new HttpEngine(HttpEngineSettings.parse(url)))));

  private LockEngines() {}

  /**
   * The engine for a URL, by its scheme: {@code memory:} ({@link MemoryEngine}), {@code redis://} and {@code rediss://} ({@link
   * RedisEngine}), {@code redlock://} ({@link RedlockEngine}), {@code etcd://} ({@link EtcdEngine}), {@code postgresql://} ({@link PostgresEngine}), and controllers as
   * {@code https://:TOKEN@HOST:PORT,https://HOST:PORT} ({@link HttpEngine}). PostgreSQL is connected at once, the others with the
   * first call.
   *
   * @param ticker the monotonic clock
   * @param random draws when to try again; used by many threads
   * @throws IllegalArgumentException if the URL is wrong, saying why, without passwords
   * @throws EngineUnavailable if PostgreSQL can't be used, saying why and what to do
   * @throws IllegalStateException if the engine's driver is not on the class path, naming it
   */
  public static LockEngine connect(String url, Ticker ticker, RandomGenerator random) {
    int colon = url.indexOf(':');
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    var kind = KINDS.get(scheme);
    if (kind == null) {
      throw new IllegalArgumentException(
          "no engine for locks: want a URL that begins with %s"
              .formatted(String.join(":, ", KINDS.keySet()) + ":"));
    }
    try {
      return kind.connector.connect(url, ticker, random);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "locks at %s: need %s on the class path: add this dependency to the program"
              .formatted(scheme, kind.driver),
          e);
    }
  }
}
