package dev.ballast.locks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One Redis, and up to {@value #CONNECTIONS} connections to it. Nothing is connected before the first call. A call is sent
 * again only if it came upon a connection that the server had closed meanwhile; what timed out is not.
 *
 * <p>Safe for use by many threads.
 */
final class RedisNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisNode.class);
  static final int CONNECTIONS = 32;
  static final int DEFAULT_PORT = 6379;

  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final Semaphore free = new Semaphore(CONNECTIONS);
  private final EngineUrl.Address address;
  private final JedisClientConfig config;
  private final boolean isTls;
  private final Duration timeout;
  private final Admission admission;
  private volatile boolean isClosed;

  /** What is asked of each new connection before it is used; throws {@link EngineUnavailable} to refuse. */
  @FunctionalInterface
  interface Admission {
    void admit(Connection connection);
  }

  /** @param timeout for connecting, and for each answer */
  RedisNode(EngineUrl url, EngineUrl.Address address, Duration timeout, Admission admission) {
    this.address = address;
    this.timeout = timeout;
    this.admission = admission;
    var builder =
        DefaultJedisClientConfig.builder()
            .resp2()
            .timeoutMillis((int) timeout.toMillis())
            .database(database(url))
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
    if (url.password() != null) {
      builder.user(url.user().isEmpty() ? null : url.user()).password(url.password());
    }
    this.isTls = RedisTls.configure(builder, url);
    this.config = builder.build();
  }

  private static int database(EngineUrl url) {
    if (url.path().isEmpty()) {
      return 0;
    }
    try {
      return Integer.parseUnsignedInt(url.path());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the path of a Redis URL is the number of a database, not '" + url.path() + "'", e);
    }
  }

  EngineUrl.Address address() {
    return address;
  }

  /** Runs a script; what Redis answers: null, Long, byte[], or a list of such. */
  @Nullable Object eval(RedisScript script, List<String> keys, List<?> arguments) {
    return with(
        connection -> {
          try {
            return connection.executeCommand(
                script.arguments(Protocol.Command.EVALSHA, script.sha(), keys, arguments));
          } catch (JedisDataException e) {
            if (String.valueOf(e.getMessage()).startsWith("NOSCRIPT")) {
              return connection.executeCommand(
                  script.arguments(Protocol.Command.EVAL, script.text(), keys, arguments));
            }
            throw e;
          }
        });
  }

  /** Runs any command. */
  @Nullable Object command(Protocol.Command command, Object... arguments) {
    var all = new CommandArguments(command).addObjects(arguments);
    return with(connection -> connection.executeCommand(all));
  }

  @FunctionalInterface
  private interface Use {
    @Nullable Object on(Connection connection);
  }

  private @Nullable Object with(Use use) {
    acquire();
    try {
      var connection = idle.pollFirst();
      if (connection != null) {
        try {
          return use(connection, use);
        } catch (JedisConnectionException e) {
          if (e.getCause() instanceof java.net.SocketTimeoutException) {
            throw e;
          }
          closeIdle(); // It was closed at the other end, and so are the others.
        }
      }
      return use(connect(), use);
    } catch (JedisException e) {
      throw unavailable(e);
    } finally {
      free.release();
    }
  }

  private void acquire() {
    try {
      if (!free.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new EngineUnavailable(
            "all %d connections to Redis at %s are busy".formatted(CONNECTIONS, address));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailable("interrupted before the call to Redis at " + address, e);
    }
  }

  private @Nullable Object use(Connection connection, Use use) {
    boolean isFit = false;
    try {
      var result = use.on(connection);
      isFit = true;
      return result;
    } catch (JedisDataException e) {
      isFit = true; // An error that Redis answered leaves the connection as it was.
      throw e;
    } finally {
      if (isFit && !isClosed) {
        idle.addFirst(connection);
      } else {
        drop(connection);
      }
    }
  }

  /** A new connection that belongs to the caller, who closes it. */
  Connection connect() {
    Connection connection = null;
    boolean isFit = false;
    try {
      connection = new Connection(new HostAndPort(address.host(), address.port()), config);
      if (!connection.isConnected()) {
        connection.connect();
      }
      admission.admit(connection);
      isFit = true;
      return connection;
    } finally {
      if (!isFit && connection != null) {
        drop(connection);
      }
    }
  }

  EngineUnavailable unavailable(JedisException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof JedisAccessControlException || message.startsWith("NOAUTH")) {
      return new EngineUnavailable(
          "Redis at %s refuses the user or password of the URL: %s".formatted(address, message), e);
    }
    if (message.startsWith("MOVED") || message.startsWith("CROSSSLOT")) {
      return new EngineUnavailable(
          "Redis at %s runs as a cluster, which can't keep locks: take one that does not"
              .formatted(address),
          e);
    }
    if (e instanceof JedisDataException) {
      return new EngineUnavailable("Redis at %s says: %s".formatted(address, message), e);
    }
    Throwable cause = e.getCause() == null ? e : e.getCause();
    if (cause instanceof SSLException) {
      return new EngineUnavailable(
          "no TLS with Redis at %s: %s; it must speak TLS and show a certificate for that host, by an authority in ca-file=FILE of the URL or, without that, one that the Java runtime trusts"
              .formatted(address, cause.getMessage()),
          e);
    }
    return new EngineUnavailable(
        "Redis at %s gave no answer%s within %d ms, or can't be reached: %s"
            .formatted(address, isTls ? " over TLS" : "", timeout.toMillis(), cause.getMessage()),
        e);
  }

  /** The text of a bulk answer. */
  static String text(@Nullable Object answer) {
    return answer instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(answer);
  }

  /** The number of an integer or bulk answer. */
  static long number(@Nullable Object answer) {
    return answer instanceof Long number ? number : Long.parseLong(text(answer));
  }

  /** The rows of a multi-bulk answer. */
  @SuppressWarnings("unchecked")
  static List<Object> rows(@Nullable Object answer) {
    if (answer instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw new EngineUnavailable("Redis answered " + text(answer) + " where a list was expected");
  }

  /** Closes a connection without a word to the server. */
  static void drop(Connection connection) {
    try {
      connection.forceDisconnect();
    } catch (IOException | JedisException e) {
      LOG.debug("A connection to Redis was closed in disorder", e);
    }
  }

  private void closeIdle() {
    for (var connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
      drop(connection);
    }
  }

  @Override
  public void close() {
    isClosed = true;
    closeIdle();
  }
}
