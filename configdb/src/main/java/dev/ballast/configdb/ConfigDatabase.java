package dev.ballast.configdb;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.ballast.model.Sealer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;

/**
 * A configuration database that is open: its schema is up to date, and its connections are shared by the store and by
 * whoever asks for findings. Thread-safe. It outlives failures of the server: what is asked of it meanwhile fails
 * quickly with {@link DatabaseUnavailable}, and succeeds when the server is back.
 */
public final class ConfigDatabase implements AutoCloseable {
  private final DatabaseSettings settings;
  private final HikariDataSource pool;
  private final ConfigStore store;

  private ConfigDatabase(DatabaseSettings settings, HikariDataSource pool, Secrecy secrecy) {
    this.settings = settings;
    this.pool = pool;
    this.store = new ConfigStore(this, secrecy);
  }

  /**
   * Connects and brings the schema {@code ballast} up to date. Several processes may do so at once.
   *
   * @param sealer seals private keys and makes those of fleets; absent: private keys are refused, and fleets have none
   * @throws DatabaseUnavailable when that is not possible now; the caller may try again
   */
  public static ConfigDatabase open(
      DatabaseSettings settings, InstantSource clock, Optional<Sealer> sealer) {
    HikariDataSource pool = null;
    try {
      pool = pool(settings);
      Schema.migrate(pool);
      return new ConfigDatabase(settings, pool, new Secrecy(sealer, clock));
    } catch (PoolInitializationException | FlywayException failure) {
      if (pool != null) {
        pool.close();
      }
      throw new DatabaseUnavailable(
          "the database at " + settings.address() + " cannot be used: " + Failures.text(failure),
          failure);
    }
  }

  /**
   * Connects, and leaves the schema as it is: for a role that may not change it.
   *
   * @throws DatabaseUnavailable when that is not possible now, or the schema is older or newer than this version needs; the
   *     caller may try again
   */
  public static ConfigDatabase join(DatabaseSettings settings, InstantSource clock) {
    HikariDataSource pool = null;
    try {
      pool = pool(settings);
      Schema.check(pool);
      return new ConfigDatabase(settings, pool, new Secrecy(Optional.empty(), clock));
    } catch (PoolInitializationException | SQLException | Schema.Unfit failure) {
      if (pool != null) {
        pool.close();
      }
      throw new DatabaseUnavailable(
          "the database at " + settings.address() + " cannot be used: " + Failures.text(failure),
          failure);
    }
  }

  private static HikariDataSource pool(DatabaseSettings settings) {
    var config = new HikariConfig();
    config.setPoolName("configdb");
    config.setJdbcUrl(settings.jdbcUrl());
    config.setDataSourceProperties(settings.properties());
    config.setConnectionInitSql(settings.sessionSetup());
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(Math.min(2, settings.poolSize()));
    config.setConnectionTimeout(settings.connectTimeout().toMillis());
    config.setValidationTimeout(Math.max(250, settings.connectTimeout().toMillis() / 2));
    config.setInitializationFailTimeout(1);
    return new HikariDataSource(config);
  }

  public ConfigStore store() {
    return store;
  }

  /**
   * What the change feed needs from this server, each with its remedy.
   *
   * @throws DatabaseUnavailable when the server can't be asked
   */
  public List<Finding> preflight() {
    try (Connection connection = pool.getConnection()) {
      return Preflight.of(connection).findings();
    } catch (SQLException failure) {
      throw unavailable(failure);
    }
  }

  /**
   * The epoch at this moment, 8 hexadecimal digits.
   *
   * @throws DatabaseUnavailable when the server can't be asked
   */
  public String epoch() {
    try (Connection connection = pool.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT ballast.epoch()")) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException failure) {
      throw unavailable(failure);
    }
  }

  DatabaseSettings settings() {
    return settings;
  }

  /** A connection out of the pool, in autocommit mode; closing it gives it back. */
  Connection connection() throws SQLException {
    return pool.getConnection();
  }

  /** The same after a failure: idle connections are replaced by new ones. */
  Connection freshConnection() throws SQLException {
    pool.getHikariPoolMXBean().softEvictConnections();
    return pool.getConnection();
  }

  /** The failure of something that has had no effect. */
  DatabaseUnavailable unavailable(SQLException failure) {
    String where = "the database at " + settings.address();
    String text =
        switch (Failures.of(failure)) {
          case DISCONNECTED -> where + " is not reachable: " + Failures.text(failure);
          case POOL_EXHAUSTED ->
              "all " + settings.poolSize() + " connections to " + where + " are in use";
          case LOCKED ->
              "another transaction has kept the configuration locked for more than "
                  + settings.lockTimeout().toMillis()
                  + " ms"
                  + blockers();
          case TIMED_OUT ->
              where + " took longer than " + settings.statementTimeout().toMillis() + " ms";
          case READ_ONLY -> where + " is read-only (a standby?): point to the primary server";
          case OTHER -> where + " refused: " + Failures.text(failure);
        };
    return new DatabaseUnavailable(text, failure);
  }

  private String blockers() {
    try (Connection connection = pool.getConnection()) {
      return ": " + Blockers.oldestWriters(connection);
    } catch (SQLException _) {
      return "";
    }
  }

  /** Closes the connections. The feed has its own: close that first. */
  @Override
  public void close() {
    pool.close();
  }
}
