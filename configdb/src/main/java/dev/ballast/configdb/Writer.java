package dev.ballast.configdb;

import dev.ballast.model.Plan;
import dev.ballast.model.Revision;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

/**
 * The one shape of all writing transactions: raise the revision, decide, write, history, commit.
 *
 * <p>Raising comes first because its row lock orders all writers; PostgreSQL releases that lock only after the commit is
 * visible, so a reader that sees N sees everything up to N and nothing after it.
 *
 * <p>When the connection breaks during COMMIT, the same lock gives the answer: who gets it on another connection knows
 * that the lost transaction has ended, and finds its {@code attempt} in the history, or not.
 */
final class Writer {
  private static final int REVISIONS_PER_PRUNING = 100;
  private static final int TOMBSTONE_REVISIONS_KEPT = 10_000;

  private final ConfigDatabase database;
  private final LongAdder committed = new LongAdder();
  private final LongAdder unchanged = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unavailable = new LongAdder();
  private final LongAdder unknown = new LongAdder();

  Writer(ConfigDatabase database) {
    this.database = database;
  }

  /** What to write, decided inside of the transaction. */
  interface Decision {
    Plan plan(Connection connection) throws SQLException;
  }

  StoreCounters counters() {
    return new StoreCounters(
        committed.sum(), unchanged.sum(), refused.sum(), unavailable.sum(), unknown.sum());
  }

  /** Decides and writes. */
  Applied write(String who, Decision decision) {
    try (Begun begun = begin()) {
      return write(begun.connection(), begun.revision(), who, decision);
    } catch (SQLException failure) {
      unavailable.increment();
      throw database.unavailable(failure);
    } catch (UnreadableRow row) {
      unavailable.increment();
      throw new DatabaseUnavailable(Failures.text(row), row);
    }
  }

  /** Decides in a reading transaction. */
  Applied rehearse(Decision decision) {
    try (Connection connection = database.connection()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setReadOnly(true);
      Revision revision = ask(connection, "SELECT ballast.epoch(), n FROM ballast.revision");
      Plan plan = decision.plan(connection);
      connection.rollback();
      return new Applied(revision, plan);
    } catch (SQLException failure) {
      throw database.unavailable(failure);
    } catch (UnreadableRow row) {
      throw new DatabaseUnavailable(Failures.text(row), row);
    }
  }

  private Applied write(Connection connection, Revision revision, String who, Decision decision)
      throws SQLException {
    UUID attempt = UUID.randomUUID();
    Applied applied;
    try {
      Plan plan = decision.plan(connection);
      if (plan.isEmpty()) {
        connection.rollback();
        unchanged.increment();
        return new Applied(revision.withN(revision.n() - 1), plan);
      }
      applied = new Applied(revision, plan);
      carryOut(connection, applied, attempt, who);
    } catch (SQLException | UnreadableRow failure) {
      rollBack(connection);
      throw failure;
    } catch (RuntimeException failure) {
      rollBack(connection);
      refused.increment();
      throw failure;
    }
    return commit(connection, applied, attempt);
  }

  /** A transaction that holds the lock of all writers. */
  private record Begun(Connection connection, Revision revision) implements AutoCloseable {
    static Begun on(Connection connection) throws SQLException {
      try {
        connection.setAutoCommit(false);
        return new Begun(
            connection, ask(connection, "SELECT ballast.epoch(), ballast.raise_revision()"));
      } catch (SQLException failure) {
        connection.close();
        throw failure;
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** A connection that the pool has kept while the server restarted shows it here: then a fresh one gets a try. */
  private Begun begin() throws SQLException {
    Connection connection = database.connection();
    try {
      return Begun.on(connection);
    } catch (SQLException failure) {
      if (Failures.of(failure) != Failures.DISCONNECTED) {
        throw failure;
      }
      return Begun.on(database.freshConnection());
    }
  }

  private static Revision ask(Connection connection, String question) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(question)) {
      row.next();
      return new Revision(row.getString(1), row.getLong(2));
    }
  }

  private static void carryOut(Connection connection, Applied applied, UUID attempt, String who)
      throws SQLException {
    long n = applied.revision().n();
    var rows = new Rows(connection);
    rows.upsert(applied.plan().upserts(), n);
    rows.delete(applied.plan().deletes(), n);
    var history = new History(connection);
    history.add(n, attempt, who, applied.plan());
    if (n % REVISIONS_PER_PRUNING == 0) {
      history.prune(n);
      pruneTombstones(connection, n - TOMBSTONE_REVISIONS_KEPT);
    }
  }

  private static void pruneTombstones(Connection connection, long upTo) throws SQLException {
    if (upTo <= 0) {
      return;
    }
    try (var delete =
            connection.prepareStatement("DELETE FROM ballast.tombstone WHERE revision <= ?");
        var note =
            connection.prepareStatement("UPDATE ballast.revision SET tombstones_after = ?")) {
      delete.setLong(1, upTo);
      delete.executeUpdate();
      note.setLong(1, upTo);
      note.executeUpdate();
    }
  }

  private Applied commit(Connection connection, Applied applied, UUID attempt) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException failure) {
      if (Failures.of(failure) != Failures.DISCONNECTED) {
        throw failure;
      }
      return afterBrokenCommit(applied, attempt, failure);
    }
    committed.increment();
    return applied;
  }

  private Applied afterBrokenCommit(Applied applied, UUID attempt, SQLException failure) {
    try (Connection connection = database.connection()) {
      connection.setAutoCommit(false);
      Revision now = ask(connection, "SELECT ballast.epoch(), n FROM ballast.revision FOR UPDATE");
      boolean isCommitted = new History(connection).has(applied.revision().n(), attempt);
      connection.rollback();
      if (isCommitted) {
        committed.increment();
        return new Applied(now.withN(applied.revision().n()), applied.plan());
      }
    } catch (SQLException _) {
      unknown.increment();
      throw new OutcomeUnknown(
          "the connection to the database at "
              + database.settings().address()
              + " broke during COMMIT ("
              + Failures.text(failure)
              + "): the change is in as a whole or not at all; repeating it is safe",
          failure);
    }
    unavailable.increment();
    throw new DatabaseUnavailable(
        "the connection to the database at "
            + database.settings().address()
            + " broke during COMMIT ("
            + Failures.text(failure)
            + "); nothing was written",
        failure);
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException _) {
      // The connection is broken: the server rolls back by itself.
    }
  }
}
