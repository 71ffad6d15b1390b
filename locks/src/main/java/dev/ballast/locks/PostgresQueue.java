package dev.ballast.locks;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table as a queue: one message a row, in the order of its ids. What consumers remember of it (fences, failures, dead letters)
 * stands in the schema {@code ballast_locks} of the same database, so a check of a fence and the change that it guards are
 * one transaction, and one call.
 *
 * <p>The table needs an id that is unique, and should have an index on it; a key, where it has one, may be of any type and null
 * (then the id is the key); the body is {@code bytea} or anything that has a text. A column {@code created_at} of a timestamp
 * type tells the age. A peek walks the table by id until it has enough, so many messages of partitions of others at the
 * head cost time.
 *
 * <p>Safe for use by many threads.
 */
public final class PostgresQueue implements MessageQueue {
  private static final int POOL_SIZE = 4;
  private static final int MAX_WHY = 1_000;

  /** {@link #lag} counts no further. */
  static final long MAX_LAG = 1_000_000;

  private final PostgresPool pool;
  private final PostgresTable table;
  private final String peek;
  private final String lag;

  private PostgresQueue(PostgresPool pool, PostgresTable table, Columns columns) {
    this.pool = pool;
    this.table = table;
    String id = "q." + PostgresTable.quoted(table.id());
    String key = columns.key() == null ? "''" : textOf("q." + PostgresTable.quoted(columns.key()));
    String body = "q." + PostgresTable.quoted(table.body());
    // The first four bytes of the MD5, as Message.partition has them.
    this.peek =
        """
        SELECT %1$s::text, %2$s, %3$s, coalesce(f.failures, 0)
          FROM %4$s q
          LEFT JOIN ballast_locks.queue_failures f
            ON f.queue = ballast_locks.queue_name(?::regclass) AND f.id = %1$s::text
         WHERE ('x' || substr(md5(coalesce(nullif(%2$s, ''), %1$s::text)), 1, 8))::bit(32)::bigint %% ?
               = ANY (?)
           AND %1$s::text <> ALL (?)
         ORDER BY %1$s LIMIT ?
        """
            .formatted(
                id,
                key,
                columns.isBinary() ? body : "convert_to(" + textOf(body) + ", 'UTF8')",
                table.sql());
    this.lag =
        """
        SELECT (SELECT count(*) FROM (SELECT FROM %1$s LIMIT %2$d) AS waiting),
               (SELECT %3$s FROM %1$s q ORDER BY %4$s LIMIT 1)
        """
            .formatted(
                table.sql(),
                MAX_LAG,
                columns.hasTime()
                    ? "extract(epoch FROM clock_timestamp() - q.created_at)"
                    : "NULL::numeric",
                id);
  }

  private static String textOf(String column) {
    return "coalesce(" + column + "::text, '')";
  }

  /** What the table has. */
  private record Columns(@Nullable String key, boolean isBinary, boolean hasTime) {}

  /**
   * A queue in a table that is there.
   *
   * @param url {@code postgres://USER:PASSWORD@HOST[:PORT]/DATABASE/TABLE}, or {@code …/DATABASE?table=TABLE}; with {@code
   *     schema=…}, {@code id=…}, {@code key=…} and {@code body=…} for other names than the usual
   * @throws IllegalArgumentException if it is no such URL, or the table is not there or lacks a column
   * @throws EngineUnavailable if the database can't be used
   */
  public static PostgresQueue connect(String url) {
    var table = PostgresTable.of(url);
    var pool = new PostgresPool(table.address(), POOL_SIZE);
    boolean isReady = false;
    try {
      PostgresFacts.of(pool);
      PostgresSchema.prepare(pool);
      var queue = new PostgresQueue(pool, table, columns(pool, table));
      isReady = true;
      return queue;
    } finally {
      if (!isReady) {
        pool.close();
      }
    }
  }

  private static Columns columns(PostgresPool pool, PostgresTable table) {
    return pool.call(
        """
        SELECT to_regclass(?) IS NOT NULL AS is_there,
               coalesce(bool_or(attname = ?), false) AS has_id,
               coalesce(bool_or(attname = ?), false) AS has_key,
               coalesce(bool_or(attname = ?), false) AS has_body,
               coalesce(bool_or(attname = ? AND atttypid = 'bytea'::regtype), false) AS is_binary,
               coalesce(bool_or(attname = 'created_at'
                 AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype)), false) AS has_time
          FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped
        """,
        statement -> {
          String key = table.key() == null ? "key" : table.key();
          statement.setString(1, table.sql());
          statement.setString(2, table.id());
          statement.setString(3, key);
          statement.setString(4, table.body());
          statement.setString(5, table.body());
          statement.setString(6, table.sql());
          try (var rows = statement.executeQuery()) {
            rows.next();
            check(table, rows);
            return new Columns(
                rows.getBoolean("has_key") ? key : null,
                rows.getBoolean("is_binary"),
                rows.getBoolean("has_time"));
          }
        });
  }

  private static void check(PostgresTable table, ResultSet row) throws SQLException {
    String fault = "";
    if (!row.getBoolean("is_there")) {
      fault = "there is no such table, or the role may not see it: create it, or name its schema";
    } else if (!row.getBoolean("has_id")) {
      fault = "it has no column " + table.id() + ": name the one to order by with id=COLUMN";
    } else if (!row.getBoolean("has_body")) {
      fault = "it has no column " + table.body() + ": name the message's with body=COLUMN";
    } else if (table.key() != null && !row.getBoolean("has_key")) {
      fault = "it has no column " + table.key() + ", which the URL names as the key";
    }
    if (!fault.isEmpty()) {
      throw new IllegalArgumentException(
          "table %s at %s can't be a queue: %s"
              .formatted(table.sql(), table.address().hostAndDatabase(), fault));
    }
  }

  @Override
  public String name() {
    return "table %s at %s".formatted(table.sql(), table.address().hostAndDatabase());
  }

  @Override
  public boolean fence(Fence fence) {
    return pool.call(
        "SELECT ballast_locks.queue_fence(?::regclass, ?, ?, ?)",
        statement -> {
          statement.setString(1, table.sql());
          setFence(statement, 2, fence);
          return isTrue(statement);
        });
  }

  @Override
  public List<Message> peek(Set<Integer> partitions, int count, Set<String> skip, int limit) {
    return pool.call(
        peek,
        statement -> {
          var connection = statement.getConnection();
          statement.setString(1, table.sql());
          statement.setInt(2, count);
          statement.setArray(3, connection.createArrayOf("int8", partitions.toArray()));
          statement.setArray(4, connection.createArrayOf("text", skip.toArray()));
          statement.setInt(5, limit);
          try (var rows = statement.executeQuery()) {
            var messages = new ArrayList<Message>();
            while (rows.next()) {
              messages.add(
                  new Message(rows.getString(1), rows.getString(2), body(rows), rows.getInt(4)));
            }
            return messages;
          }
        });
  }

  private static byte[] body(ResultSet row) throws SQLException {
    byte[] body = row.getBytes(3);
    return body == null ? new byte[0] : body;
  }

  @Override
  public boolean acknowledge(Message message, Fence fence) {
    return pool.call(
        "SELECT ballast_locks.queue_acknowledge(?::regclass, ?, ?, ?, ?, ?)",
        statement -> {
          setMessage(statement, message, fence);
          return isTrue(statement);
        });
  }

  @Override
  public Rejection reject(Message message, Fence fence, int maxFailures, String why) {
    return pool.call(
        "SELECT ballast_locks.queue_reject(?::regclass, ?, ?, ?, ?, ?, ?, ?, ?)",
        statement -> {
          setMessage(statement, message, fence);
          statement.setInt(7, message.failures() + 1);
          statement.setInt(8, maxFailures);
          statement.setString(9, storable(why));
          try (var rows = statement.executeQuery()) {
            rows.next();
            return Rejection.valueOf(rows.getString(1));
          }
        });
  }

  /** A text column takes no NUL; more than the first thousand characters help nobody. */
  private static String storable(String why) {
    String text = why.replace('\0', ' ');
    return text.length() <= MAX_WHY ? text : text.substring(0, MAX_WHY);
  }

  private void setMessage(PreparedStatement statement, Message message, Fence fence)
      throws SQLException {
    statement.setString(1, table.sql());
    statement.setString(2, table.id());
    statement.setString(3, message.id());
    setFence(statement, 4, fence);
  }

  private static void setFence(PreparedStatement statement, int first, Fence fence)
      throws SQLException {
    statement.setString(first, fence.group());
    statement.setInt(first + 1, fence.partition());
    statement.setLong(first + 2, fence.token());
  }

  private static boolean isTrue(PreparedStatement statement) throws SQLException {
    try (var rows = statement.executeQuery()) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  /** Counts at most a million messages. */
  @Override
  public Lag lag() {
    return pool.call(
        lag,
        statement -> {
          try (var rows = statement.executeQuery()) {
            rows.next();
            double seconds = Math.max(0, rows.getDouble(2));
            return new Lag(rows.getLong(1), Duration.ofMillis((long) (seconds * 1_000)));
          }
        });
  }

  @Override
  public void close() {
    pool.close();
  }
}
