package dev.ballast.configdb;

import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the tables held at every revision: triggers write down each row's change in the transaction that makes it.
 * Neither the store nor the feed has a part in it.
 */
final class Journal {
  private static final JsonMapper JSON = new JsonMapper();

  private Journal() {}

  /** Begins with what the tables hold now; nobody else may be writing. */
  static void install(SharedPostgres postgres) {
    var sql =
        new StringBuilder(
            """
            DROP TABLE IF EXISTS public.journal;
            CREATE TABLE public.journal (
              place bigserial PRIMARY KEY, n bigint, relation text, before jsonb, after jsonb);
            CREATE OR REPLACE FUNCTION public.write_journal() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              INSERT INTO public.journal (n, relation, before, after) VALUES (
                current_setting('ballast.revision')::bigint, TG_TABLE_NAME,
                CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
              RETURN NULL;
            END $$;
            """);
    for (Table table : Table.values()) {
      sql.append(
          """
          INSERT INTO public.journal (n, relation, after)
            SELECT (SELECT n FROM ballast.revision), '%1$s', to_jsonb(t) FROM ballast.%1$s t;
          CREATE TRIGGER write_journal AFTER INSERT OR UPDATE OR DELETE ON ballast.%1$s
            FOR EACH ROW EXECUTE FUNCTION public.write_journal();
          """
              .formatted(table.relation()));
    }
    postgres.execute(sql.toString());
  }

  /** The state at every revision from the first journalled one on, by N. */
  static NavigableMap<Long, Snapshot> replay(SharedPostgres postgres, String epoch)
      throws SQLException {
    var states = new TreeMap<Long, Snapshot>();
    var items = new HashMap<ItemKey, Item>();
    long n = -1;
    try (Connection connection = postgres.connect();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT n, relation, before, after FROM public.journal ORDER BY n, place")) {
      while (rows.next()) {
        if (rows.getLong(1) != n) {
          keep(states, epoch, n, items);
        }
        n = rows.getLong(1);
        Table table = Table.of(rows.getString(2)).orElseThrow();
        if (rows.getString(3) != null) {
          items.remove(table.key(columns(rows.getString(3))));
        }
        if (rows.getString(4) != null) {
          Item item = table.item(columns(rows.getString(4)));
          items.put(item.key(), item);
        }
      }
    }
    keep(states, epoch, n, items);
    return states;
  }

  private static void keep(
      Map<Long, Snapshot> states, String epoch, long n, Map<ItemKey, Item> items) {
    if (n >= 0) {
      states.put(n, Snapshot.of(new Revision(epoch, n), items.values()));
    }
  }

  private static Function<String, String> columns(String row) {
    JsonNode node = JSON.readTree(row);
    return column ->
        node.get(column).isString() ? node.get(column).stringValue() : node.get(column).toString();
  }
}
