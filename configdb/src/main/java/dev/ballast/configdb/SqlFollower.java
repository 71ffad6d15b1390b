package dev.ballast.configdb;

import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Reads the state, and what has changed since, by SQL.
 *
 * <p>Each answer comes from one REPEATABLE READ transaction that reads N and the rows in the same snapshot. A writer
 * holds the row of N until its commit is visible, so the snapshot has exactly the transactions 1…N: an exact cut. A
 * connection of its own, used by one thread at a time.
 */
final class SqlFollower implements AutoCloseable {
  private static final List<Table> TABLES = List.of(Table.values());

  private final Connection connection;

  private SqlFollower(Connection connection) {
    this.connection = connection;
  }

  static SqlFollower connect(DatabaseSettings settings) throws SQLException {
    Connection connection = settings.connect("follower");
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    return new SqlFollower(connection);
  }

  /** What has happened since a revision. */
  sealed interface Poll {
    record Nothing() implements Poll {}

    /** All changes up to now as one; the revisions between are not told apart. */
    record Changed(Change change) implements Poll {}

    /** It can't be told: list again. */
    record Unclear(String reason) implements Poll {}
  }

  private record Position(Revision revision, long tombstonesAfter) {}

  /** Everything. */
  Snapshot list() throws SQLException {
    return inOneSnapshot(
        () -> {
          Revision revision = position().revision();
          var rows = new Rows(connection);
          var items = new ArrayList<Item>();
          for (Table table : TABLES) {
            items.addAll(rows.items(table));
          }
          return Snapshot.of(revision, items);
        });
  }

  /** What has changed since {@code known}. */
  Poll poll(Revision known) throws SQLException {
    return inOneSnapshot(() -> pollInSnapshot(known));
  }

  /** From now on an answer that takes longer than this breaks the connection: for questions that are answered at once. */
  void expectAnswersWithin(Duration patience) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
  }

  /** The current N. */
  long n() throws SQLException {
    return inOneSnapshot(
        () -> {
          try (var statement = connection.createStatement();
              var row = statement.executeQuery("SELECT n FROM ballast.revision")) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  /** Writes a message to the WAL that nobody reads, and so wakes all WAL senders. */
  void flushWal() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("SELECT pg_logical_emit_message(true, 'ballast', '')");
    }
    connection.commit();
  }

  /** Whom the backend with this pid waits for; empty when for nobody. */
  String blockersOf(int pid) throws SQLException {
    return inOneSnapshot(() -> Blockers.of(connection, pid));
  }

  Preflight preflight() throws SQLException {
    return inOneSnapshot(() -> Preflight.of(connection));
  }

  private Poll pollInSnapshot(Revision known) throws SQLException {
    Position now = position();
    if (now.revision().equals(known)) {
      return new Poll.Nothing();
    }
    if (!now.revision().isAtLeast(known)) {
      return new Poll.Unclear(
          "the database is at revision " + now.revision() + ", and was at " + known);
    }
    if (known.n() < now.tombstonesAfter()) {
      return new Poll.Unclear(
          "deletions up to revision " + now.tombstonesAfter() + " are no longer recorded");
    }
    var rows = new Rows(connection);
    var upserts = new ArrayList<Item>();
    for (Table table : TABLES) {
      upserts.addAll(rows.itemsChangedSince(table, known.n()));
    }
    return new Poll.Changed(
        new Change(now.revision(), known, upserts, gone(rows.deletedSince(known.n()), upserts)));
  }

  /** A tombstone whose key exists again says nothing. */
  private static List<ItemKey> gone(List<ItemKey> deleted, List<Item> upserts) {
    var alive = new HashSet<ItemKey>();
    upserts.forEach(item -> alive.add(item.key()));
    return deleted.stream().filter(key -> !alive.contains(key)).toList();
  }

  private Position position() throws SQLException {
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT ballast.epoch(), n, tombstones_after FROM ballast.revision")) {
      row.next();
      return new Position(new Revision(row.getString(1), row.getLong(2)), row.getLong(3));
    }
  }

  private <T> T inOneSnapshot(Question<T> question) throws SQLException {
    T answer = question.ask();
    connection.rollback();
    return answer;
  }

  private interface Question<T> {
    T ask() throws SQLException;
  }

  /** Frees a thread that waits for an answer; may be called from any thread. */
  void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // It is closed already.
    }
  }

  @Override
  public void close() {
    abort();
  }
}
