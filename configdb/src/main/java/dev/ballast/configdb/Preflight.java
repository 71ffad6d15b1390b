package dev.ballast.configdb;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What reading the WAL needs from a server, looked up in one statement.
 *
 * @param checks in the order in which they would fail
 */
record Preflight(List<Check> checks) {
  /** A finding, and whether the WAL can't be read while it is not in order. */
  record Check(Finding finding, boolean isRequired) {}

  static final int OLDEST_VERSION = 14;
  private static final int PUBLISHED_TABLES = Table.values().length + 1;
  private static final String QUESTION =
      """
      SELECT current_setting('server_version_num')::int / 10000 AS major,
             current_setting('server_version') AS version,
             pg_is_in_recovery() AS is_standby,
             current_setting('wal_level') AS wal_level,
             current_user AS role,
             (SELECT r.rolsuper OR r.rolreplication
                OR EXISTS (SELECT FROM pg_roles managed WHERE managed.rolname = 'rds_replication'
                           AND pg_has_role(r.oid, managed.oid, 'MEMBER'))
                FROM pg_roles r WHERE r.rolname = current_user) AS may_replicate,
             current_setting('max_replication_slots')::int AS slots,
             (SELECT count(*) FROM pg_replication_slots) AS slots_used,
             current_setting('max_wal_senders')::int AS senders,
             (SELECT count(*) FROM pg_stat_replication) AS senders_used,
             (SELECT count(*) FROM pg_publication p
                JOIN pg_publication_tables t ON t.pubname = p.pubname AND t.schemaname = 'ballast'
                WHERE p.pubname = 'ballast' AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
             ) AS published,
             (SELECT count(*) FROM pg_class c JOIN pg_publication_tables t
                ON t.pubname = 'ballast' AND t.schemaname = 'ballast' AND c.relname = t.tablename
                AND c.relnamespace = 'ballast'::regnamespace AND c.relreplident = 'f') AS full_identity,
             current_setting('max_slot_wal_keep_size') AS keep_size,
             current_setting('wal_sender_timeout') AS sender_timeout,
             pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_others
      """;

  static Preflight of(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUESTION)) {
      row.next();
      return new Preflight(
          List.of(
              version(row),
              primary(row),
              walLevel(row),
              right(row),
              slots(row),
              senders(row),
              publication(row),
              identity(row),
              walBound(row),
              sight(row)));
    }
  }

  List<Finding> findings() {
    return checks.stream().map(Check::finding).toList();
  }

  /** Why the WAL can't be read, with remedies; empty when it can. */
  String obstacles() {
    return checks.stream()
        .filter(check -> check.isRequired() && !check.finding().isOk())
        .map(check -> check.finding().message() + ": " + check.finding().remedy())
        .collect(Collectors.joining("; "));
  }

  private static Check version(ResultSet row) throws SQLException {
    return required(
        "server version",
        row.getInt("major") >= OLDEST_VERSION,
        "PostgreSQL " + row.getString("version"),
        "upgrade to PostgreSQL " + OLDEST_VERSION + " or later");
  }

  private static Check primary(ResultSet row) throws SQLException {
    boolean isStandby = row.getBoolean("is_standby");
    return required(
        "primary server",
        !isStandby,
        isStandby ? "the server is a standby" : "the server takes writes",
        "point the database URL to the primary (several hosts and targetServerType=primary find it)");
  }

  private static Check walLevel(ResultSet row) throws SQLException {
    String level = row.getString("wal_level");
    return required(
        "wal_level",
        level.equals("logical"),
        "wal_level is " + level,
        "ALTER SYSTEM SET wal_level = logical, then restart PostgreSQL");
  }

  private static Check right(ResultSet row) throws SQLException {
    String role = row.getString("role");
    boolean mayReplicate = row.getBoolean("may_replicate");
    return required(
        "replication right",
        mayReplicate,
        "role " + role + (mayReplicate ? " may replicate" : " may not replicate"),
        "ALTER ROLE " + role + " REPLICATION");
  }

  private static Check slots(ResultSet row) throws SQLException {
    return free(
        "replication slots",
        "max_replication_slots",
        row.getInt("slots"),
        row.getInt("slots_used"));
  }

  private static Check senders(ResultSet row) throws SQLException {
    return free(
        "WAL senders", "max_wal_senders", row.getInt("senders"), row.getInt("senders_used"));
  }

  private static Check free(String what, String setting, int limit, int used) {
    return required(
        what,
        used < limit,
        used + " of " + limit + " " + what + " are in use",
        "raise "
            + setting
            + " and restart PostgreSQL, or drop what is not needed; each controller needs one");
  }

  private static Check publication(ResultSet row) throws SQLException {
    int published = row.getInt("published");
    return required(
        "publication",
        published == PUBLISHED_TABLES,
        "publication ballast has " + published + " of " + PUBLISHED_TABLES + " tables",
        "CREATE PUBLICATION ballast FOR TABLE "
            + Arrays.stream(Table.values())
                .map(Table::qualifiedName)
                .collect(Collectors.joining(", "))
            + ", ballast.revision (after DROP PUBLICATION IF EXISTS ballast)");
  }

  private static Check identity(ResultSet row) throws SQLException {
    int full = row.getInt("full_identity");
    int published = row.getInt("published");
    return required(
        "replica identity",
        full >= published,
        full + " of " + published + " published tables have REPLICA IDENTITY FULL",
        "ALTER TABLE ballast.… REPLICA IDENTITY FULL for the others");
  }

  private static Check walBound(ResultSet row) throws SQLException {
    String keepSize = row.getString("keep_size");
    String timeout = row.getString("sender_timeout");
    return advised(
        "WAL kept for a reader",
        !keepSize.equals("-1") || !timeout.equals("0"),
        "max_slot_wal_keep_size is " + keepSize + ", wal_sender_timeout is " + timeout,
        "set one of them: a reader that hangs would fill the disk");
  }

  private static Check sight(ResultSet row) throws SQLException {
    String role = row.getString("role");
    boolean seesOthers = row.getBoolean("sees_others");
    return advised(
        "sight of other sessions",
        seesOthers,
        "role " + role + (seesOthers ? " sees" : " does not see") + " what other sessions do",
        "GRANT pg_monitor TO "
            + role
            + ", so that whoever blocks the change feed can be named in full");
  }

  private static Check required(String name, boolean isOk, String message, String remedy) {
    return new Check(new Finding(name, isOk, message, isOk ? "" : remedy), true);
  }

  private static Check advised(String name, boolean isOk, String message, String remedy) {
    return new Check(new Finding(name, isOk, message, isOk ? "" : remedy), false);
  }
}
