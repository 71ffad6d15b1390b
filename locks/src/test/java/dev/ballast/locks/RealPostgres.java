package dev.ballast.locks;

import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One real PostgreSQL for all tests of the JVM, and databases that are dropped after each test. */
final class RealPostgres implements BeforeAllCallback, AfterEachCallback {
  private static final Path DIRECTORY = Path.of("target", "test-postgres");
  private static final String SUPERUSER =
      "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Queue<String> databases = new ConcurrentLinkedQueue<>();
  private EmbeddedPostgres server;

  @Override
  public void beforeAll(ExtensionContext context) {
    server =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.GLOBAL)
            .computeIfAbsent(Running.class, _ -> Running.start(), Running.class)
            .server();
  }

  /** Few databases make a crashed server come back soon: it writes all of their files out first. */
  @Override
  public void afterEach(ExtensionContext context) {
    for (var name = databases.poll(); name != null; name = databases.poll()) {
      execute(superuser(url()), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }
  }

  EmbeddedPostgres server() {
    return server;
  }

  /** The directory of the programs that the server was unpacked into. */
  Path programs() {
    try (var files = Files.find(DIRECTORY, 4, (path, _) -> path.endsWith("bin/postgres"))) {
      return files.findFirst().orElseThrow().getParent().getParent().toAbsolutePath();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Of the database that all share. */
  String url() {
    return server.databaseUrl();
  }

  /** A new database, owned by the role of {@link #url}; its URL. */
  String newDatabase() {
    String name = "locks_%d_%d".formatted(ProcessHandle.current().pid(), NUMBER.incrementAndGet());
    databases.add(name);
    execute(superuser(url()), "CREATE DATABASE " + name + " OWNER ballast");
    return urlOf(name);
  }

  /** The same database for the superuser. */
  static String superuser(String url) {
    return url.replaceFirst("\\?.*", "?user=postgres");
  }

  /** The URL of another database of this server. */
  String urlOf(String database) {
    return url().replaceFirst("/[^/?]+\\?", "/" + database + "?");
  }

  static Connection connect(String url) {
    try {
      return DriverManager.getConnection(url);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  static void execute(String url, String sql) {
    try (var connection = connect(url);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  static String query(String url, String sql) {
    try (var connection = connect(url);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  /** Closed by JUnit after the last test. */
  private record Running(EmbeddedPostgres server) implements AutoCloseable {
    static Running start() {
      try {
        Files.createDirectories(DIRECTORY);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      var server = EmbeddedPostgres.start(DIRECTORY, System.out::println);
      admitSuperuser(server);
      return new Running(server);
    }

    /** The server that a release brings along lets nobody in as superuser. */
    private static void admitSuperuser(EmbeddedPostgres server) {
      var access = DIRECTORY.resolve("postgres").resolve("cluster").resolve("pg_hba.conf");
      try {
        String rules = Files.readString(access);
        if (!rules.startsWith(SUPERUSER)) {
          Files.writeString(access, SUPERUSER + rules);
        }
        new ProcessBuilder("kill", "-HUP", Long.toString(server.pid())).start();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      String url = superuser(server.databaseUrl());
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> query(url, "SELECT 1").equals("1"));
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
