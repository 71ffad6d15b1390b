package dev.ballast.configdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * A real PostgreSQL as a child of this process: crash-safe, on a loopback port, with a password, one per data
 * directory, and never an orphan.
 *
 * <ul>
 *   <li>The first start unpacks the programs and makes the cluster, in {@code DATA/postgres}; each step is atomic, so a
 *       start that was killed is simply repeated.
 *   <li>The directory is locked for as long as the server may run. What an earlier, killed process left behind is ended
 *       before the start; PostgreSQL itself recovers from its WAL.
 *   <li>A server that dies is started again on the same port ({@link PostgresProcess}).
 *   <li>When this process ends, however it ends, the kernel tells the server to shut down ({@link Launch}).
 * </ul>
 *
 * <p>Its log is {@code DATA/logs/postgres.log}, with one older file of the same size beside it. Thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final long LOG_LIMIT_BYTES = 8L << 20;

  private final DirectoryLock lock;
  private final BoundedLog log;
  private final PostgresProcess process;
  private final int port;
  private final String password;

  private EmbeddedPostgres(
      DirectoryLock lock, BoundedLog log, PostgresProcess process, int port, String password) {
    this.lock = lock;
    this.log = log;
    this.process = process;
    this.port = port;
    this.password = password;
  }

  /**
   * Starts the server and returns when it answers: about 5 s the first time, well under 1 s later.
   *
   * @param dataDirectory is made if it isn't there
   * @param progress takes one line per step that takes its time, and one when the server is started again
   * @throws DatabaseStartFailed with the reason, and what to do about it
   */
  public static EmbeddedPostgres start(Path dataDirectory, Consumer<String> progress) {
    return start(dataDirectory, progress, Launch.detect());
  }

  static EmbeddedPostgres start(Path dataDirectory, Consumer<String> progress, Launch launch) {
    try {
      Path directory =
          Files.createDirectories(dataDirectory.toAbsolutePath().resolve("postgres")).toRealPath();
      Path logs = Files.createDirectories(dataDirectory.toAbsolutePath().resolve("logs"));
      if (!launch.canEnter(directory)) {
        throw new DatabaseStartFailed(
            "PostgreSQL, which doesn't run as root, cannot enter "
                + directory
                + ": make it and its parents accessible (chmod a+x), or choose another data directory");
      }
      return start(directory, logs.resolve("postgres.log"), progress, launch);
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "the data directory " + dataDirectory + " cannot be used", failure);
    }
  }

  private static EmbeddedPostgres start(
      Path directory, Path logFile, Consumer<String> progress, Launch launch) {
    DirectoryLock lock = DirectoryLock.acquire(directory);
    BoundedLog log = new BoundedLog(logFile, LOG_LIMIT_BYTES);
    boolean isStarted = false;
    try {
      var cluster =
          new PostgresCluster(directory, PostgresBinaries.unpack(directory, progress), launch);
      if (Files.isDirectory(cluster.data())) {
        Leftovers.clear(directory, cluster.data(), progress);
      }
      cluster.prepare(progress);
      int port = freePort(cluster.lastPort());
      cluster.configure(port);
      PostgresProcess process = PostgresProcess.start(cluster, log, progress);
      isStarted = true;
      return new EmbeddedPostgres(lock, log, process, port, cluster.password());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (CompletionException failure) {
      throw failure.getCause() instanceof RuntimeException cause ? cause : failure;
    } finally {
      if (!isStarted) {
        closeAll(log, lock);
      }
    }
  }

  /** The JDBC address with role and password in it: for {@link DatabaseSettings}, not for a log. */
  public String databaseUrl() {
    return "jdbc:postgresql://127.0.0.1:"
        + port
        + "/"
        + PostgresCluster.DATABASE
        + "?user="
        + PostgresCluster.ROLE
        + "&password="
        + password;
  }

  /** The loopback port; kept from start to start while it is free. */
  public int port() {
    return port;
  }

  /** The server's process id at this moment. */
  public long pid() {
    return process.pid();
  }

  /** Stops the server cleanly and waits for its end; after 20 s it is made to end. */
  @Override
  public void close() {
    process.close();
    closeAll(log, lock);
  }

  private static void closeAll(BoundedLog log, DirectoryLock lock) {
    try (lock;
        log) {
      // Closed in the opposite order.
    }
  }

  private static int freePort(int preferred) throws IOException {
    if (preferred != 0 && isFree(preferred)) {
      return preferred;
    }
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return socket.getLocalPort();
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
