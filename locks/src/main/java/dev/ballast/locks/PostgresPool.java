package dev.ballast.locks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;

/**
 * Connections to one PostgreSQL, and calls over them that are bounded in time: 2 s for a connection, 5 s for a statement,
 * and 8 s of silence after which a connection is given up.
 *
 * <p>The driver's own cancelling of statements is not used: cancelled while it waits for a synchronous standby, a commit
 * would be reported as a success.
 *
 * <p>Safe for use by many threads.
 */
final class PostgresPool implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final long CONNECT_MILLIS = 2_000;
  private static final Set<String> REPEATABLE = Set.of("40001", "40P01");

  /**
   * Sequential scans are off, as a plan that was made while tables were small would stay in use when they have grown.
   * Isolation is what the functions are written for, whatever the role's default.
   */
  private static final String SESSION =
      "SET lock_timeout = 4000; SET statement_timeout = 5000; SET idle_in_transaction_session_timeout = 5000;"
          + " SET enable_seqscan = off;"
          + " SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";

  private final PostgresAddress address;
  private final HikariDataSource source;

  /**
   * A pool whose server has answered once: a pool would try again for all of its time before it says what is wrong.
   *
   * @throws EngineUnavailable if the server can't be reached or does not let in
   */
  PostgresPool(PostgresAddress address, int size) {
    this.address = address;
    try {
      connect("start").close();
    } catch (SQLException e) {
      throw PostgresFailure.unavailable(address, e);
    }
    var config = new HikariConfig();
    config.setPoolName("ballast-locks");
    config.setJdbcUrl(address.jdbcUrl());
    config.setDataSourceProperties(properties());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(size, 2));
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setValidationTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    config.setConnectionInitSql(SESSION);
    config.setKeepaliveTime(30_000);
    this.source = new HikariDataSource(config);
  }

  /** The driver's properties of every connection. */
  private static Properties properties() {
    var properties = new Properties();
    properties.setProperty("ApplicationName", "ballast locks");
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("loginTimeout", "4");
    properties.setProperty("socketTimeout", "8");
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  PostgresAddress address() {
    return address;
  }

  /** Something done with a connection. */
  @FunctionalInterface
  interface Work<C, T> {
    T on(C connection) throws SQLException;
  }

  /**
   * Runs one statement, which is one transaction, and reads its result.
   *
   * @throws EngineUnavailable where it is not known to have happened, or was refused
   */
  <T> T call(String sql, Work<PreparedStatement, T> work) {
    return with(
        connection -> {
          try (var statement = connection.prepareStatement(sql)) {
            T result = work.on(statement);
            checkReplicated(statement);
            return result;
          }
        });
  }

  /** A commit that was told to stop waiting for its standby is reported as done, with a warning. */
  private static void checkReplicated(PreparedStatement statement) throws SQLException {
    for (var warning = statement.getWarnings();
        warning != null;
        warning = warning.getNextWarning()) {
      if (String.valueOf(warning.getMessage()).contains("synchronous replication")) {
        throw new SQLException(warning.getMessage(), "08007", warning);
      }
    }
  }

  /** Runs something in a transaction, again if the server says that another one was in its way. */
  <T> T transaction(Work<Connection, T> work) {
    return with(
        connection -> {
          connection.setAutoCommit(false);
          try {
            T result = work.on(connection);
            connection.commit();
            return result;
          } catch (SQLException | RuntimeException | Error e) {
            rollback(connection, e);
            throw e;
          }
        });
  }

  private static void rollback(Connection connection, Throwable because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  /** Runs something with a connection out of the pool. */
  <T> T with(Work<Connection, T> work) {
    for (int attempt = 1; ; attempt++) {
      try (var connection = source.getConnection()) {
        return work.on(connection);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !REPEATABLE.contains(String.valueOf(e.getSQLState()))) {
          throw PostgresFailure.unavailable(address, e);
        }
      }
    }
  }

  /**
   * A connection of its own that listens. It may be silent for as long as nothing happens; who uses it bounds each wait.
   *
   * @throws SQLException if there is none to be had
   */
  Connection connectToListen() throws SQLException {
    return connect("listener");
  }

  private Connection connect(String purpose) throws SQLException {
    var properties = properties();
    properties.setProperty("ApplicationName", "ballast locks " + purpose);
    return DriverManager.getConnection(address.jdbcUrl(), properties);
  }

  @Override
  public void close() {
    source.close();
  }
}
