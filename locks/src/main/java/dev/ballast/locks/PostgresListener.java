package dev.ballast.locks;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears whom the database wakes, over a connection of its own that is made again when it breaks. What was missed meanwhile is made up
 * for by waking all.
 *
 * <p>One virtual thread owns the connection; it exists from the first client on.
 */
final class PostgresListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresListener.class);
  private static final String CHANNEL = "ballast_locks_";
  private static final int WAIT_MILLIS = 500;

  /** After so many waits without a word the connection is tried. */
  private static final int SILENT_WAITS = 20;

  private static final long RETRY_NANOS = Duration.ofMillis(100).toNanos();
  private static final int MAX_DOUBLINGS = 4;
  private static final long FIRST_NANOS = Duration.ofSeconds(2).toNanos();

  private final PostgresPool pool;
  private final Signal end = new Signal();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Map<String, LockEngine.Waker> wakers = new HashMap<>();
  private final Set<String> heard = new HashSet<>();
  private @Nullable Thread thread;
  private @Nullable Connection connection;

  /** What ends the listener's wait; empty where it does not listen yet. */
  private String ownChannel = "";

  private boolean isClosed;

  PostgresListener(PostgresPool pool) {
    this.pool = pool;
  }

  /** Listens for a client; returns once that has begun, or after 2 s, when it goes on trying. */
  void listen(String client, LockEngine.Waker waker) {
    if (!client.matches("[0-9a-f]{16}")) {
      throw new IllegalArgumentException("no client: '" + client + "'; want 16 hexadecimal digits");
    }
    lock.lock();
    try {
      wakers.put(client, waker);
      if (thread == null) {
        thread = Thread.ofVirtual().name("ballast-locks-listener").start(this::run);
      } else if (!ownChannel.isEmpty() && !heard.contains(client)) {
        String channel = ownChannel;
        Thread.ofVirtual().name("ballast-locks-nudge").start(() -> nudge(channel));
      }
      long left = FIRST_NANOS;
      while (!heard.contains(client) && !isClosed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Listens no more for a client: from the next wait on. */
  void unlisten(String client) {
    lock.lock();
    try {
      wakers.remove(client);
    } finally {
      lock.unlock();
    }
  }

  /** Ends the listener's wait, which holds its connection. Without it that ends by itself, later. */
  private void nudge(String channel) {
    try {
      pool.call(
          "SELECT pg_notify(?, '')",
          statement -> {
            statement.setString(1, channel);
            return statement.execute();
          });
    } catch (EngineUnavailable e) {
      LOG.debug("The listener finds out by itself", e);
    }
  }

  private void run() {
    int failures = 0;
    try {
      while (!isClosed()) {
        try (Connection fresh = pool.connectToListen()) {
          if (!adopt(fresh)) {
            return;
          }
          failures = 0;
          hear(fresh);
        } catch (SQLException e) {
          if (isClosed()) {
            return;
          }
          if (failures == 0) {
            LOG.warn(
                "Nobody is woken for now, waiters poll: {}",
                PostgresFailure.unavailable(pool.address(), e).getMessage());
          }
          end.await(RETRY_NANOS << Math.min(failures++, MAX_DOUBLINGS));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  private boolean adopt(Connection fresh) {
    lock.lock();
    try {
      heard.clear();
      ownChannel = "";
      connection = fresh;
      return !isClosed;
    } finally {
      lock.unlock();
    }
  }

  private void hear(Connection fresh) throws SQLException {
    var notified = fresh.unwrap(PGConnection.class);
    listenForNudges(fresh, notified.getBackendPID());
    int silentWaits = 0;
    while (true) {
      listenForNewClients(fresh);
      // What came while something else was asked is there already, and would not end a wait.
      var notifications = notified.getNotifications();
      if (notifications.length == 0) {
        notifications = notified.getNotifications(WAIT_MILLIS);
      }
      if (notifications.length > 0) {
        silentWaits = 0;
        for (var notification : notifications) {
          deliver(notification);
        }
      } else if (++silentWaits == SILENT_WAITS) {
        silentWaits = 0;
        execute(fresh, "SELECT 1");
      }
    }
  }

  private void listenForNudges(Connection fresh, int backend) throws SQLException {
    String channel = CHANNEL + "listener_" + backend;
    execute(fresh, "LISTEN " + channel);
    lock.lock();
    try {
      ownChannel = channel;
    } finally {
      lock.unlock();
    }
  }

  private void listenForNewClients(Connection fresh) throws SQLException {
    Set<String> missing;
    Set<String> gone;
    lock.lock();
    try {
      missing = new HashSet<>(wakers.keySet());
      missing.removeAll(heard);
      gone = new HashSet<>(heard);
      gone.removeAll(wakers.keySet());
      heard.removeAll(gone);
    } finally {
      lock.unlock();
    }
    for (String client : gone) {
      execute(fresh, "UNLISTEN " + CHANNEL + client);
    }
    for (String client : missing) {
      execute(fresh, "LISTEN " + CHANNEL + client);
      var waker = waker(client);
      if (waker != null) {
        waker.woken(Set.of());
      }
      lock.lock();
      try {
        heard.add(client);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private LockEngine.@Nullable Waker waker(String client) {
    lock.lock();
    try {
      return wakers.get(client);
    } finally {
      lock.unlock();
    }
  }

  private void deliver(PGNotification notification) {
    var waker = waker(notification.getName().substring(CHANNEL.length()));
    if (waker == null) {
      return;
    }
    String payload = notification.getParameter();
    try {
      waker.woken(
          Stream.of(payload.split(",", -1))
              .filter(lease -> !lease.isEmpty())
              .map(LeaseId::new)
              .collect(Collectors.toSet()));
    } catch (RuntimeException e) {
      // Anybody may notify: this must not end the wakes of all others.
      LOG.warn("A notification on {} is none of ours", notification.getName(), e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Hears no more. Does not wait for what is being delivered. */
  @Override
  public void close() {
    Connection last;
    lock.lock();
    try {
      isClosed = true;
      last = connection;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    end.ring();
    if (last != null) {
      try {
        last.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.debug("The listener's connection was broken already", e);
      }
    }
  }
}
