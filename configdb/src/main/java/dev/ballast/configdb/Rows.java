package dev.ballast.configdb;

import dev.ballast.model.Codec;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Resource;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements that read and write resources, many rows each, within the transaction of the connection given. */
record Rows(Connection connection) {
  private static final int ROWS_PER_STATEMENT = 5_000;

  List<Item> items(Table table) throws SQLException {
    return select(table, "", Table::item);
  }

  List<Item> itemsChangedSince(Table table, long revision) throws SQLException {
    return select(table, "WHERE revision > ?", Table::item, revision);
  }

  List<Resource> resources(Table table) throws SQLException {
    return select(table, "", Table::resource);
  }

  List<Resource> backendsOf(Collection<String> pools) throws SQLException {
    return select(Table.BACKEND, "WHERE pool = ANY(?)", Table::resource, textArray(pools));
  }

  /** Those of a table's items that are there. */
  List<Resource> resources(Table table, Collection<ItemKey> keys) throws SQLException {
    return keys.isEmpty()
        ? List.of()
        : select(table, among(table), Table::resource, identities(table, keys));
  }

  /** The same without reading what the items say: needs no right to the columns that do. */
  Set<ItemKey> keys(Table table, Collection<ItemKey> keys) throws SQLException {
    var found = new HashSet<ItemKey>();
    String sql =
        "SELECT %s FROM %s %s"
            .formatted(String.join(", ", table.identity()), table.qualifiedName(), among(table));
    try (var statement = connection.prepareStatement(sql)) {
      Object[] parameters = identities(table, keys);
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(table.key(column -> text(rows, column)));
        }
      }
    }
    return found;
  }

  /**
   * Which of these resources are stored: true where as they are, false where otherwise. The database compares, which costs a
   * fraction of reading so many.
   *
   * @param table one whose rows say all but their identity in {@code spec}
   */
  Map<ItemKey, Boolean> stored(Table table, List<Resource> resources) throws SQLException {
    var stored = new HashMap<ItemKey, Boolean>();
    String identity = String.join(", ", table.identity());
    String sql =
        "SELECT %1$s, stored.spec = meant.spec::jsonb AS is_same FROM %2$s AS stored JOIN unnest(%3$s?::text[]) AS meant (%1$s, spec) USING (%1$s)"
            .formatted(
                identity, table.qualifiedName(), "?::text[], ".repeat(table.identity().size()));
    try (var statement = connection.prepareStatement(sql)) {
      setColumns(
          statement, 1, resources.stream().map(table::row).toList(), table.identity().size() + 1);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          stored.put(table.key(column -> text(rows, column)), rows.getBoolean("is_same"));
        }
      }
    }
    return stored;
  }

  private static String among(Table table) {
    String arrays = String.join(", ", table.identity().stream().map(_ -> "?::text[]").toList());
    return "WHERE (%s) IN (SELECT * FROM unnest(%s))"
        .formatted(String.join(", ", table.identity()), arrays);
  }

  private Object[] identities(Table table, Collection<ItemKey> keys) throws SQLException {
    var identities = keys.stream().map(table::identity).toList();
    var columns = new Object[table.identity().size()];
    for (int i = 0; i < columns.length; i++) {
      int column = i;
      columns[i] = textArray(identities.stream().map(identity -> identity.get(column)).toList());
    }
    return columns;
  }

  /** How many backends each of the pools has; a pool without any is left out. */
  Map<String, Integer> backendCounts(Collection<String> pools) throws SQLException {
    var counts = new HashMap<String, Integer>();
    try (var statement =
        connection.prepareStatement(
            "SELECT pool, count(*) FROM ballast.backend WHERE pool = ANY(?) GROUP BY pool")) {
      statement.setArray(1, textArray(pools));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          counts.put(rows.getString(1), rows.getInt(2));
        }
      }
    }
    return counts;
  }

  Optional<Item> find(ItemKey key) throws SQLException {
    Table table = Table.of(key.kind());
    String condition =
        table.identity().stream()
            .map(column -> column + " = ?")
            .collect(Collectors.joining(" AND "));
    return select(table, "WHERE " + condition, Table::item, table.identity(key).toArray()).stream()
        .findFirst();
  }

  /** Deletions after a revision, of all kinds; a key may exist again. */
  List<ItemKey> deletedSince(long revision) throws SQLException {
    var keys = new ArrayList<ItemKey>();
    try (var statement =
        connection.prepareStatement(
            "SELECT kind, name FROM ballast.tombstone WHERE revision > ?")) {
      statement.setLong(1, revision);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          keys.add(new ItemKey(Kind.of(rows.getString(1)).orElseThrow(), rows.getString(2)));
        }
      }
    }
    return keys;
  }

  private <T> List<T> select(
      Table table, String condition, Reading<T> reading, Object... parameters) throws SQLException {
    String columns = String.join(", ", table.columns());
    String sql =
        "SELECT "
            + columns
            + ", format, spec, revision FROM "
            + table.qualifiedName()
            + " "
            + condition;
    var found = new ArrayList<T>();
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(reading.read(table, column -> text(rows, column)));
        }
      }
    }
    return found;
  }

  private static String text(ResultSet rows, String column) {
    try {
      return rows.getString(column);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Writes resources in the order of their kinds: what others refer to comes first. */
  void upsert(Collection<Resource> resources, long revision) throws SQLException {
    var byTable =
        resources.stream().collect(Collectors.groupingBy(resource -> Table.of(resource.kind())));
    for (Table table : Table.values()) {
      List<Resource> ofTable = byTable.getOrDefault(table, List.of());
      for (int from = 0; from < ofTable.size(); from += ROWS_PER_STATEMENT) {
        int to = Math.min(ofTable.size(), from + ROWS_PER_STATEMENT);
        upsert(table, ofTable.subList(from, to), revision);
      }
    }
    for (Reference reference : Reference.values()) {
      replaceReferences(reference, byTable.getOrDefault(reference.from(), List.of()));
    }
  }

  private void upsert(Table table, List<Resource> resources, long revision) throws SQLException {
    var derived = table.derivedColumns();
    var names = new ArrayList<>(table.columns());
    names.addAll(derived.keySet());
    String columns = String.join(", ", names);
    String values =
        names.stream()
            .map(name -> name + "::" + derived.getOrDefault(name, "text"))
            .collect(Collectors.joining(", "));
    String arrays = "?::text[], ".repeat(names.size()) + "?::text[]";
    String updates =
        names.stream()
            .skip(table.identity().size())
            .map(column -> column + " = excluded." + column + ", ")
            .collect(Collectors.joining());
    String sql =
        "INSERT INTO "
            + table.qualifiedName()
            + " ("
            + columns
            + ", spec, format, revision)"
            + " SELECT "
            + values
            + ", spec::jsonb, ?, ? FROM unnest("
            + arrays
            + ") AS rows ("
            + columns
            + ", spec)"
            + " ON CONFLICT ("
            + String.join(", ", table.identity())
            + ") DO UPDATE SET "
            + updates
            + "spec = excluded.spec, format = excluded.format, revision = excluded.revision";
    var rows = resources.stream().map(table::row).toList();
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, Codec.FORMAT);
      statement.setLong(2, revision);
      setColumns(statement, 3, rows, names.size() + 1);
      statement.executeUpdate();
    }
  }

  private void replaceReferences(Reference reference, List<Resource> referrers)
      throws SQLException {
    if (referrers.isEmpty()) {
      return;
    }
    var references = new ArrayList<List<@Nullable String>>();
    for (Resource referrer : referrers) {
      reference.of(referrer).forEach(name -> references.add(List.of(referrer.name(), name)));
    }
    try (var delete =
            connection.prepareStatement(
                "DELETE FROM "
                    + reference.qualifiedName()
                    + " WHERE "
                    + reference.from().relation()
                    + " = ANY(?)");
        var insert =
            connection.prepareStatement(
                "INSERT INTO "
                    + reference.qualifiedName()
                    + " SELECT * FROM unnest(?::text[], ?::text[])")) {
      delete.setArray(1, textArray(referrers.stream().map(Resource::name).toList()));
      delete.executeUpdate();
      setColumns(insert, 1, references, 2);
      insert.executeUpdate();
    }
  }

  /** Deletes what is there of the keys, and what can't be without it; each deletion leaves its tombstone. */
  void delete(Collection<ItemKey> keys, long revision) throws SQLException {
    var byTable = keys.stream().collect(Collectors.groupingBy(key -> Table.of(key.kind())));
    for (Table table : List.of(Table.values()).reversed()) {
      List<ItemKey> ofTable = byTable.getOrDefault(table, List.of());
      if (!ofTable.isEmpty()) {
        for (Table dependent : table.dependents()) {
          deleteRows(
              dependent, ofTable.stream().map(key -> key.as(dependent.kind())).toList(), revision);
        }
        deleteRows(table, ofTable, revision);
      }
    }
  }

  private void deleteRows(Table table, List<ItemKey> keys, long revision) throws SQLException {
    String columns = String.join(", ", table.identity());
    String name =
        table.identity().stream()
            .map(column -> "doomed." + column)
            .collect(Collectors.joining(" || '/' || "));
    String match =
        table.identity().stream()
            .map(column -> "doomed." + column + " = keys." + column)
            .collect(Collectors.joining(" AND "));
    String arrays = String.join(", ", table.identity().stream().map(_ -> "?::text[]").toList());
    String sql =
        "WITH gone AS (DELETE FROM "
            + table.qualifiedName()
            + " AS doomed"
            + " USING unnest("
            + arrays
            + ") AS keys ("
            + columns
            + ") WHERE "
            + match
            + " RETURNING "
            + name
            + " AS name)"
            + " INSERT INTO ballast.tombstone (kind, name, revision) SELECT ?, name, ? FROM gone"
            + " ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision";
    try (var statement = connection.prepareStatement(sql)) {
      int width = table.identity().size();
      setColumns(statement, 1, keys.stream().map(table::identity).toList(), width);
      statement.setString(width + 1, table.kind().documentName());
      statement.setLong(width + 2, revision);
      statement.executeUpdate();
    }
  }

  /** Turns rows into one array parameter per column. */
  private void setColumns(
      PreparedStatement statement,
      int first,
      List<? extends List<? extends @Nullable String>> rows,
      int width)
      throws SQLException {
    for (int column = 0; column < width; column++) {
      var values = new @Nullable String[rows.size()];
      for (int row = 0; row < values.length; row++) {
        values[row] = rows.get(row).get(column);
      }
      statement.setArray(first + column, connection.createArrayOf("text", values));
    }
  }

  private Array textArray(Collection<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  /** What becomes of a row. */
  private interface Reading<T> {
    T read(Table table, Function<String, String> column);
  }
}
