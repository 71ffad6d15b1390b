package dev.ballast.locks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a PostgreSQL is set up to keep: asked once, at the start. */
final class PostgresFacts {
  private static final int OLDEST = 140000;

  /** Streams of logical replication (a change feed, say) and base backups are no replicas to fail over to. */
  private static final String QUESTION =
      """
      SELECT current_setting('server_version') AS version,
             current_setting('server_version_num')::integer AS number,
             current_setting('server_encoding') AS encoding,
             pg_is_in_recovery() AS recovers,
             current_setting('fsync') AS fsync,
             current_setting('full_page_writes') AS full_page_writes,
             current_setting('synchronous_commit') AS synchronous_commit,
             current_setting('synchronous_standby_names') AS standbys,
             (SELECT count(*) FROM pg_stat_replication r
                LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
               WHERE s.slot_type IS DISTINCT FROM 'logical' AND r.state IS DISTINCT FROM 'backup')
             + (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT active)
             AS replicas
      """;

  private PostgresFacts() {}

  /**
   * The facts.
   *
   * @throws EngineUnavailable if the server can't be asked, or can't keep locks at all
   */
  static EngineFacts of(PostgresPool pool) {
    return pool.call(
        QUESTION,
        statement -> {
          try (var rows = statement.executeQuery()) {
            rows.next();
            check(pool.address(), rows);
            return new EngineFacts(
                "PostgreSQL %s at %s"
                    .formatted(rows.getString("version"), pool.address().hostAndDatabase()),
                "Leases and tokens outlast crashes of this program, of connections and of the server; fail-over to a"
                    + " replica too if that is synchronous.",
                warnings(rows));
          }
        });
  }

  private static void check(PostgresAddress address, ResultSet row) throws SQLException {
    String fault = null;
    if (row.getBoolean("recovers")) {
      fault = "it is a standby: give the primary's address, or targetServerType=primary";
    } else if (row.getInt("number") < OLDEST) {
      fault = "version " + row.getString("version") + " is too old: 14 or newer is needed";
    } else if (!"UTF8".equals(row.getString("encoding"))) {
      fault =
          "its encoding is %s: create a database with ENCODING 'UTF8'"
              .formatted(row.getString("encoding"));
    }
    if (fault != null) {
      throw new EngineUnavailable(
          "PostgreSQL at %s can't keep locks: %s".formatted(address.hostAndDatabase(), fault));
    }
  }

  private static List<String> warnings(ResultSet row) throws SQLException {
    var warnings = new ArrayList<String>();
    if ("off".equals(row.getString("fsync"))) {
      warnings.add(
          "fsync is off: a crash of the machine may forget leases and give tokens again; set fsync = on");
    }
    if ("off".equals(row.getString("full_page_writes"))) {
      warnings.add(
          "full_page_writes is off: a crash of the machine may tear pages; set full_page_writes = on");
    }
    String commit = row.getString("synchronous_commit");
    boolean hasStandbys = !row.getString("standbys").isBlank();
    if ("off".equals(commit)) {
      warnings.add(
          "synchronous_commit is off: a crash of the server may forget leases it has granted and give their tokens"
              + " again; set synchronous_commit = on");
    } else if (hasStandbys && "local".equals(commit)) {
      warnings.add(
          "synchronous_commit is local, so no standby is waited for: a fail-over may forget leases and tokens; set"
              + " synchronous_commit = on");
    }
    if (!hasStandbys && row.getLong("replicas") > 0) {
      warnings.add(
          "there are replicas but none is synchronous: a fail-over may forget leases and give tokens again; set"
              + " synchronous_standby_names");
    }
    return warnings;
  }
}
