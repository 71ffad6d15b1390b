package dev.ballast.verify;

import dev.ballast.model.Codec;
import dev.ballast.model.Item;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The configuration as its tables have it, read by statements of the test's own. */
final class Tables {
  /** Every table's rows as the canonical encoding, in one snapshot of the database. */
  private static final String ALL =
      """
      SELECT jsonb_build_object('kind', 'Fleet', 'name', name) || spec, revision FROM ballast.fleet
      UNION ALL SELECT jsonb_build_object('kind', 'Pool', 'name', name) || spec, revision FROM ballast.pool
      UNION ALL SELECT jsonb_build_object('kind', 'Backend', 'pool', pool, 'name', name) || spec, revision FROM ballast.backend
      UNION ALL SELECT jsonb_build_object('kind', 'LoadBalancer', 'name', name, 'fleet', fleet, 'domain', domain) || spec, revision
        FROM ballast.load_balancer
      UNION ALL SELECT jsonb_build_object('kind', 'LbServer', 'name', name, 'fleet', fleet) || spec, revision FROM ballast.lb_server
      UNION ALL SELECT jsonb_build_object('kind', 'BackendStatus', 'pool', pool, 'name', name) || spec, revision
        FROM ballast.backend_status
      UNION ALL SELECT jsonb_build_object('kind', 'LbServerStatus', 'name', name) || spec, revision
        FROM ballast.lb_server_status
      UNION ALL SELECT jsonb_build_object('kind', 'BackendOverride', 'pool', pool, 'name', name) || spec, revision
        FROM ballast.backend_override
      UNION ALL SELECT jsonb_build_object('kind', 'LbServerOverride', 'name', name) || spec, revision
        FROM ballast.lb_server_override
      """;

  private Tables() {}

  static Snapshot read(String databaseUrl) throws SQLException {
    try (Connection connection = DriverManager.getConnection(databaseUrl)) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      Revision revision = revision(connection);
      return Snapshot.of(revision, items(connection));
    }
  }

  /** N of every transaction that has left its row there. */
  static Set<Long> history(String databaseUrl) throws SQLException {
    var revisions = new HashSet<Long>();
    try (Connection connection = DriverManager.getConnection(databaseUrl);
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT revision FROM ballast.history")) {
      while (rows.next()) {
        revisions.add(rows.getLong(1));
      }
    }
    return revisions;
  }

  private static Revision revision(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT ballast.epoch(), n FROM ballast.revision")) {
      row.next();
      return new Revision(row.getString(1), row.getLong(2));
    }
  }

  private static List<Item> items(Connection connection) throws SQLException {
    var items = new ArrayList<Item>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(ALL)) {
      while (rows.next()) {
        items.add(new Item(Codec.fromJson(rows.getString(1)), rows.getLong(2)));
      }
    }
    return items;
  }
}
