package dev.ballast.configdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One real PostgreSQL for all tests of the JVM, with a new schema for each test. Tests may stop it the hard way: it
 * comes back.
 */
final class SharedPostgres implements BeforeEachCallback, AfterEachCallback {
  private static final Path DIRECTORY = Path.of("target", "test-postgres");

  private ConfigDatabase database;
  private EmbeddedPostgres server;

  @Override
  public void beforeEach(ExtensionContext context) {
    server =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.GLOBAL)
            .computeIfAbsent(Running.class, _ -> Running.start(), Running.class)
            .server();
    execute("DROP SCHEMA IF EXISTS ballast CASCADE");
    execute("DROP PUBLICATION IF EXISTS ballast");
    database = ConfigDatabase.open(settings(), InstantSource.system(), Optional.empty());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    database.close();
  }

  EmbeddedPostgres server() {
    return server;
  }

  DatabaseSettings settings() {
    return DatabaseSettings.of(server.databaseUrl());
  }

  ConfigDatabase database() {
    return database;
  }

  ConfigStore store() {
    return database.store();
  }

  Connection connect() {
    try {
      return DriverManager.getConnection(server.databaseUrl());
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  void execute(String sql) {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  String query(String sql) {
    try (Connection connection = connect();
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
        FileTree.delete(DIRECTORY.resolve("postgres").resolve("cluster"));
        Files.createDirectories(DIRECTORY);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      return new Running(EmbeddedPostgres.start(DIRECTORY, System.out::println));
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
