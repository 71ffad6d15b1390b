package dev.ballast.locks;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which table is a queue, out of its URL: {@code postgres://…/DATABASE/TABLE} or {@code postgres://…/DATABASE?table=TABLE}, with
 * {@code schema} (default: as the role's search path finds it), and the columns {@code id} (default {@code id}), {@code key}
 * (default {@code key} if there is one) and {@code body} (default {@code body}). Names are taken as they are, never as SQL.
 *
 * @param schema empty for the search path's
 * @param key null where the URL names none
 */
record PostgresTable(
    PostgresAddress address,
    String schema,
    String table,
    String id,
    @Nullable String key,
    String body) {
  private static final int IDENTIFIER_BYTES = 63;

  PostgresTable {
    check("table", table);
    check("id", id);
    check("body", body);
    if (key != null) {
      check("key", key);
    }
    if (!schema.isEmpty()) {
      check("schema", schema);
    }
  }

  /**
   * Reads a queue's URL.
   *
   * @throws IllegalArgumentException if it names no table, or a name that PostgreSQL can't have
   */
  static PostgresTable of(String url) {
    var address = PostgresAddress.of(url);
    String hostAndPath = address.hostAndDatabase();
    int second = hostAndPath.indexOf('/', hostAndPath.indexOf('/') + 1);
    String inPath = second < 0 ? "" : PostgresAddress.decoded(hostAndPath.substring(second + 1));
    String table = address.parameter("table", inPath);
    if (table.isEmpty()) {
      throw new IllegalArgumentException(
          "the URL names no table: want postgres://HOST/DATABASE?table=TABLE");
    }
    String place = "postgresql://" + (second < 0 ? hostAndPath : hostAndPath.substring(0, second));
    return new PostgresTable(
        address.without(place, Set.of("table", "schema", "id", "key", "body")),
        address.parameter("schema", ""),
        table,
        address.parameter("id", "id"),
        address.parameters().get("key"),
        address.parameter("body", "body"));
  }

  private static void check(String what, String identifier) {
    int length = identifier.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > IDENTIFIER_BYTES || identifier.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "no name for the queue's %s: '%s'; want 1 to %d bytes"
              .formatted(what, identifier, IDENTIFIER_BYTES));
    }
  }

  /** The table as SQL. */
  String sql() {
    return schema.isEmpty() ? quoted(table) : quoted(schema) + "." + quoted(table);
  }

  static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
