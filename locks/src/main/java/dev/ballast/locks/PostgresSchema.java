package dev.ballast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The schema {@code ballast_locks}: made and upgraded by whoever comes first, under a lock of the database, so that many may start
 * at once. Each version is a script that is run once, in one transaction with the row that says so.
 */
final class PostgresSchema {
  private static final List<String> SCRIPTS = List.of("postgres-1.sql", "postgres-2.sql");

  /** Of this schema's transaction lock: any number that others are unlikely to use. */
  private static final long LOCK = 0x62616c6c61737403L;

  private PostgresSchema() {}

  /**
   * Makes sure that the schema is there.
   *
   * @throws EngineUnavailable if it can't be made, with the statement that lets it be
   */
  static void prepare(PostgresPool pool) {
    if (pool.with(PostgresSchema::version) == SCRIPTS.size()) {
      return;
    }
    pool.transaction(
        connection -> {
          execute(
              connection, "SET LOCAL statement_timeout = 30000; SET LOCAL lock_timeout = 30000");
          execute(connection, "SELECT pg_advisory_xact_lock(" + LOCK + ")");
          upgrade(pool.address(), connection);
          return true;
        });
  }

  private static void upgrade(PostgresAddress address, Connection connection) throws SQLException {
    int version = version(connection);
    if (version > SCRIPTS.size()) {
      throw new EngineUnavailable(
          "the schema ballast_locks at %s has version %d, made by a newer program than this, which knows %d: upgrade this program"
              .formatted(address.hostAndDatabase(), version, SCRIPTS.size()));
    }
    if (version == SCRIPTS.size()) {
      return;
    }
    try {
      if (!asks(
          connection, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'ballast_locks')")) {
        execute(connection, "CREATE SCHEMA ballast_locks");
      }
      if (version == 0) {
        execute(connection, "CREATE TABLE ballast_locks.version (version integer NOT NULL)");
        execute(connection, "INSERT INTO ballast_locks.version VALUES (0)");
      }
      for (String script : SCRIPTS.subList(version, SCRIPTS.size())) {
        execute(connection, read(script));
      }
      execute(connection, "UPDATE ballast_locks.version SET version = " + SCRIPTS.size());
    } catch (SQLException e) {
      if ("42501".equals(e.getSQLState())) {
        throw noRight(address, connection, e);
      }
      throw e;
    }
  }

  private static EngineUnavailable noRight(
      PostgresAddress address, Connection connection, SQLException failure) throws SQLException {
    connection.rollback();
    String role = text(connection, "SELECT quote_ident(current_user)");
    boolean isThere =
        asks(
            connection, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'ballast_locks')");
    return new EngineUnavailable(
        "PostgreSQL at %s: %s may not make the schema for locks; let an administrator run: %s"
            .formatted(
                address.hostAndDatabase(),
                role,
                (isThere
                        ? "GRANT CREATE, USAGE ON SCHEMA ballast_locks TO "
                        : "CREATE SCHEMA ballast_locks AUTHORIZATION ")
                    + role),
        failure);
  }

  /** The version that is there; 0 for none. */
  private static int version(Connection connection) throws SQLException {
    return asks(
            connection,
            "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'ballast_locks' AND c.relname = 'version')")
        ? Integer.parseInt(text(connection, "SELECT max(version) FROM ballast_locks.version"))
        : 0;
  }

  private static boolean asks(Connection connection, String sql) throws SQLException {
    return "t".equals(text(connection, sql));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String read(String script) {
    try (var stream = PostgresSchema.class.getResourceAsStream(script)) {
      if (stream == null) {
        throw new AssertionError(script + " is part of this library");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
