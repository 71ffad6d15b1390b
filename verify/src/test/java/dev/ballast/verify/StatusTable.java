package dev.ballast.verify;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the database says of backends and LB servers, as any other connection sees it once it is committed. Owned by one
 * thread.
 */
final class StatusTable implements AutoCloseable {
  private static final String ROWS =
      """
      SELECT pool || '/' || name, spec->>'verdict', spec->>'reason', spec->>'since',
             coalesce(jsonb_array_length(spec->'history'), 0), revision
        FROM ballast.backend_status
      UNION ALL
      SELECT name, spec->>'state', spec->>'reason', spec->>'since', 0, revision FROM ballast.lb_server_status
      """;
  private static final String OWNER =
      """
      SELECT l.owner FROM ballast_locks.claims c JOIN ballast_locks.leases l ON l.id = c.lease
       WHERE c.name LIKE ? ORDER BY c.token LIMIT 1
      """;

  private final Connection connection;
  private final PreparedStatement rows;
  private final PreparedStatement owner;

  /**
   * A row.
   *
   * @param verdict or state, as documents have it
   * @param since by the clock of who wrote it
   * @param falls verdicts before this one that are remembered
   */
  record Row(String verdict, String reason, Instant since, int falls, long revision) {}

  private StatusTable(Connection connection) throws SQLException {
    this.connection = connection;
    this.rows = connection.prepareStatement(ROWS);
    this.owner = connection.prepareStatement(OWNER);
  }

  static StatusTable open(String databaseUrl) {
    try {
      return new StatusTable(DriverManager.getConnection(databaseUrl));
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  /** All rows, by {@code pool/backend} and by the name of the LB server. */
  Map<String, Row> read() {
    try (var result = rows.executeQuery()) {
      var all = new TreeMap<String, Row>();
      while (result.next()) {
        all.put(
            result.getString(1),
            new Row(
                result.getString(2),
                result.getString(3) == null ? "" : result.getString(3),
                Instant.parse(result.getString(4)),
                result.getInt(5),
                result.getLong(6)));
      }
      return all;
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Who holds a share now. */
  String owner(String group, int share) {
    try {
      owner.setString(1, "%" + group + "/%/" + share);
      try (var result = owner.executeQuery()) {
        return result.next() ? result.getString(1) : "";
      }
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Looks again and again until the condition holds of the named row, for so long at most; when it was seen. */
  Instant awaitRow(String name, Predicate<Row> condition, java.time.Duration patience) {
    Instant end = Instant.now().plus(patience);
    while (true) {
      Row row = read().get(name);
      Instant now = Instant.now();
      if (row != null && condition.test(row)) {
        return now;
      }
      if (now.isAfter(end)) {
        throw new AssertionError("after " + patience + " the row of " + name + " is " + row);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }
}
