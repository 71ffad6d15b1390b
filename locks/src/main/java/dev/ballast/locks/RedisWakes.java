package dev.ballast.locks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Hears whom a Redis wakes: one connection, subscribed to a channel for each client that listens. It is pinged, so that a
 * server that hangs is noticed, and made anew when it is lost, with a pause that doubles up to two seconds. Each time a channel is
 * subscribed its client is told that any lease may have been let in, for what was published meanwhile is lost.
 *
 * <p>Two virtual threads, which begin with the first client: one reads, one pings and writes the subscriptions.
 */
final class RedisWakes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisWakes.class);
  private static final Duration PING = Duration.ofSeconds(1);
  private static final Duration SILENCE = Duration.ofSeconds(3);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(2);
  private static final Duration SUBSCRIBED_WITHIN = Duration.ofSeconds(1);

  private final Map<String, Client> clients = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Signal end = new Signal();
  private final RedisNode node;
  private final String prefix;

  // Guarded by lock.
  private @Nullable Connection connection;
  private boolean isStarted;
  private volatile boolean isClosed;

  private record Client(LockEngine.Waker waker, CountDownLatch isSubscribed) {}

  /** @param prefix of the channels, which end in the client's name */
  RedisWakes(RedisNode node, String prefix) {
    this.node = node;
    this.prefix = prefix;
  }

  /** Returns once the channel is subscribed, or a second has passed: then it goes on in the background. */
  void listen(String client, LockEngine.Waker waker) {
    var isSubscribed = new CountDownLatch(1);
    add(client, waker, isSubscribed);
    await(isSubscribed);
  }

  /** As {@link #listen}, without waiting; the latch is counted down when the channel is subscribed. */
  void add(String client, LockEngine.Waker waker, CountDownLatch isSubscribed) {
    clients.put(client, new Client(waker, isSubscribed));
    lock.lock();
    try {
      if (!isStarted) {
        isStarted = true;
        Thread.ofVirtual().name("ballast-redis-wakes-" + node.address()).start(this::run);
      } else if (connection != null) {
        write(connection, c -> c.sendCommand(Protocol.Command.SUBSCRIBE, prefix + client));
      }
    } finally {
      lock.unlock();
    }
  }

  void unlisten(String client) {
    clients.remove(client);
    lock.lock();
    try {
      if (connection != null) {
        write(connection, c -> c.sendCommand(Protocol.Command.UNSUBSCRIBE, prefix + client));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a latch that {@link #add} was given, at most a second. */
  static void await(CountDownLatch isSubscribed) {
    try {
      if (!isSubscribed.await(SUBSCRIBED_WITHIN.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.debug("Not subscribed yet: goes on in the background");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long pause = FIRST_PAUSE.toNanos();
    try {
      while (!isClosed) {
        try (var opened = node.connect()) {
          opened.setSoTimeout((int) SILENCE.toMillis());
          subscribe(opened);
          var pinger = Thread.ofVirtual().name("ballast-redis-ping").start(() -> ping(opened));
          pause = FIRST_PAUSE.toNanos();
          try {
            while (!isClosed) {
              read(opened.getUnflushedObject());
            }
          } finally {
            pinger.interrupt();
          }
        } catch (RuntimeException e) {
          // Of the connection, of a message that is none of ours, or of a waker: begins anew in any
          // case.
          LOG.debug("No wakes from Redis at {} now", node.address(), e);
        } finally {
          disconnected();
        }
        if (!isClosed) {
          end.await(pause);
        }
        pause = Math.min(2 * pause, LAST_PAUSE.toNanos());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void subscribe(Connection opened) {
    lock.lock();
    try {
      connection = opened;
      // One channel that nobody publishes to, so that there is always one.
      var channels = Stream.concat(Stream.of(""), clients.keySet().stream()).map(prefix::concat);
      opened.sendCommand(Protocol.Command.SUBSCRIBE, channels.toArray(String[]::new));
      opened.getMany(0); // Flushes.
    } finally {
      lock.unlock();
    }
  }

  private void disconnected() {
    lock.lock();
    try {
      connection = null;
    } finally {
      lock.unlock();
    }
  }

  private void ping(Connection opened) {
    var pause = new Signal();
    try {
      while (true) {
        pause.await(PING.toNanos());
        lock.lock();
        try {
          write(opened, c -> c.sendCommand(Protocol.Command.PING));
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes under the lock. What fails here fails for the reader too, who connects again. */
  private static void write(Connection opened, Consumer<Connection> command) {
    try {
      command.accept(opened);
      opened.getMany(0); // Flushes.
    } catch (JedisException e) {
      LOG.debug("Could not write to Redis", e);
    }
  }

  private void read(@Nullable Object message) {
    var parts = RedisNode.rows(message);
    String kind = RedisNode.text(parts.getFirst());
    if (parts.size() < 3) {
      return; // A pong.
    }
    String channel = RedisNode.text(parts.get(1));
    var client = clients.get(channel.substring(Math.min(prefix.length(), channel.length())));
    if (client == null) {
      return;
    }
    if (kind.equals("subscribe")) {
      client.isSubscribed.countDown();
      client.waker.woken(Set.of());
    } else if (kind.equals("message")) {
      client.waker.woken(
          Arrays.stream(RedisNode.text(parts.get(2)).split(",", -1))
              .map(LeaseId::new)
              .collect(Collectors.toSet()));
    }
  }

  @Override
  public void close() {
    isClosed = true;
    end.ring();
    lock.lock();
    try {
      if (connection != null) {
        RedisNode.drop(connection);
      }
    } finally {
      lock.unlock();
    }
  }
}
