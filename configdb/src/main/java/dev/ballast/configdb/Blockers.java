package dev.ballast.configdb;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;

/** Who keeps others waiting: open transactions, as {@code pg_stat_activity} knows them. */
final class Blockers {
  private static final String DESCRIPTION =
      """
      SELECT a.pid, coalesce(nullif(a.application_name, ''), 'no name'), a.usename, coalesce(a.state, 'state hidden'),
             to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), coalesce(host(a.client_addr), 'local')
      """;
  private static final String BLOCKING =
      DESCRIPTION
          + "FROM unnest(pg_blocking_pids(?)) AS blocking (pid) JOIN pg_stat_activity a USING (pid) ORDER BY a.xact_start LIMIT 3";
  private static final String OLDEST =
      DESCRIPTION
          + "FROM pg_stat_activity a WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid() ORDER BY a.xact_start LIMIT 3";

  private Blockers() {}

  /** Those whom a backend waits for, or empty. */
  static String of(Connection connection, int waitingPid) throws SQLException {
    try (var statement = connection.prepareStatement(BLOCKING)) {
      statement.setInt(1, waitingPid);
      return describe(statement);
    }
  }

  /** The transactions that have been writing for longest, or "unknown". */
  static String oldestWriters(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(OLDEST)) {
      String found = describe(statement);
      return found.isEmpty()
          ? "unknown (it has ended meanwhile, or is a prepared transaction)"
          : found;
    }
  }

  private static String describe(PreparedStatement statement) throws SQLException {
    var sessions = new ArrayList<String>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        sessions.add(
            "process %d (%s, user %s, from %s), %s, its transaction open since %s UTC"
                .formatted(
                    rows.getInt(1),
                    rows.getString(2),
                    rows.getString(3),
                    rows.getString(6),
                    rows.getString(4),
                    rows.getString(5)));
      }
    }
    return String.join("; ", sessions);
  }
}
