package dev.ballast.configdb;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;

/** The version of the schema {@code ballast}. */
final class Schema {
  /** The one that the newest migration makes. */
  static final int VERSION = 3;

  private static final String HISTORY = "schema_history";
  private static final String UNDEFINED_TABLE = "42P01";
  private static final String NO_RIGHT = "42501";

  private Schema() {}

  /** The schema is not the one that this version works with. */
  static final class Unfit extends Exception {
    private static final long serialVersionUID = 1;

    Unfit(String message) {
      super(message);
    }
  }

  /** Brings it up to date. Several processes may do so at once. */
  static void migrate(HikariDataSource pool) {
    Flyway.configure(Schema.class.getClassLoader())
        .dataSource(pool)
        .loggers("slf4j")
        .schemas("ballast")
        .table(HISTORY)
        .locations("classpath:dev/ballast/configdb/migration")
        .failOnMissingLocations(true)
        .placeholderReplacement(false)
        .load()
        .migrate();
  }

  /** Demands that it is up to date, and no newer. */
  static void check(HikariDataSource pool) throws SQLException, Unfit {
    int version;
    try (Connection connection = pool.getConnection()) {
      version = version(connection);
    }
    if (version < VERSION) {
      throw new Unfit(
          (version == 0 ? "it has no schema" : "its schema has version " + version)
              + ", and version "
              + VERSION
              + " is needed: start a controller of this version, which brings it up to date");
    }
    if (version > VERSION) {
      throw new Unfit(
          "its schema has version "
              + version
              + ", made by a newer program than this, which knows "
              + VERSION
              + ": upgrade this program");
    }
  }

  /** 0 where there is none. */
  private static int version(Connection connection) throws SQLException, Unfit {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT coalesce(max(version::int), 0) FROM ballast."
                    + HISTORY
                    + " WHERE success AND version IS NOT NULL")) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException failure) {
      if (UNDEFINED_TABLE.equals(failure.getSQLState())) {
        return 0;
      }
      if (NO_RIGHT.equals(failure.getSQLState())) {
        throw new Unfit(
            Failures.text(failure) + ": give this role the rights that configdb/README.md lists");
      }
      throw failure;
    }
  }
}
