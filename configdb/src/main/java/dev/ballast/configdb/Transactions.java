package dev.ballast.configdb;

import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the messages of the stream into transactions. Owned by the thread that reads the stream.
 *
 * <p>Of several writes to one item in one transaction the last one counts. A transaction with more items than the limit is not gathered: it is answered by listing again, which needs less memory than
 * its messages.
 */
final class Transactions {
  static final int ITEM_LIMIT = 200_000;
  private static final String SCHEMA = "ballast";
  private static final String REVISION = "revision";

  /** What a committed transaction did. */
  sealed interface Outcome {
    /** The end of its WAL. */
    long endLsn();

    /** It touched no resource. */
    record Nothing(long endLsn) implements Outcome {}

    /**
     * It wrote resources, or at least a revision.
     *
     * @param n its revision
     */
    record Changes(long endLsn, long n, List<Item> upserts, List<ItemKey> deletes)
        implements Outcome {}

    /** The stream doesn't say what it did, for a reason: list again. */
    record Unclear(long endLsn, String reason) implements Outcome {}
  }

  private final int itemLimit;
  private final Map<Integer, Pgoutput.Relation> relations = new HashMap<>();
  private final Map<ItemKey, Optional<Item>> touched = new LinkedHashMap<>();
  private long n;
  private @Nullable String unclear;
  private boolean isOpen;
  private boolean isTooLarge;

  Transactions(int itemLimit) {
    this.itemLimit = itemLimit;
  }

  /** Whether a transaction has begun and not ended. */
  boolean isOpen() {
    return isOpen;
  }

  /** The transaction that this message ends, if it ends one. */
  Optional<Outcome> add(Pgoutput message) {
    switch (message) {
      case Pgoutput.Begin _ -> begin();
      case Pgoutput.Relation relation -> relations.put(relation.id(), relation);
      case Pgoutput.Insert insert -> write(relation(insert.relation()), null, insert.row());
      case Pgoutput.Update update ->
          write(relation(update.relation()), update.before(), update.after());
      case Pgoutput.Delete delete -> erase(relation(delete.relation()), delete.before());
      case Pgoutput.Truncate truncate -> unclear = truncated(truncate);
      case Pgoutput.Other _ -> {}
      case Pgoutput.Commit commit -> {
        return Optional.of(end(commit.endLsn()));
      }
    }
    return Optional.empty();
  }

  private void begin() {
    touched.clear();
    n = 0;
    unclear = null;
    isTooLarge = false;
    isOpen = true;
  }

  private Outcome end(long endLsn) {
    isOpen = false;
    if (unclear == null && n == 0 && !touched.isEmpty()) {
      unclear = "a transaction wrote to resources without a revision of its own";
    }
    if (unclear != null) {
      return new Outcome.Unclear(endLsn, unclear);
    }
    if (n == 0) {
      return new Outcome.Nothing(endLsn);
    }
    var upserts = new ArrayList<Item>();
    var deletes = new ArrayList<ItemKey>();
    touched.forEach((key, item) -> item.ifPresentOrElse(upserts::add, () -> deletes.add(key)));
    touched.clear();
    return new Outcome.Changes(endLsn, n, upserts, deletes);
  }

  private Pgoutput.Relation relation(int id) {
    Pgoutput.Relation relation = relations.get(id);
    if (relation == null) {
      throw new IllegalStateException("a row of relation " + id + " before its description");
    }
    return relation;
  }

  private void write(
      Pgoutput.Relation relation, Pgoutput.@Nullable Tuple before, Pgoutput.Tuple after) {
    if (isRevision(relation)) {
      n = Long.parseLong(new Row(relation, before, after).text("n"));
      return;
    }
    Optional<Table> table = table(relation);
    if (table.isEmpty() || isTooLarge) {
      return;
    }
    if (before != null) {
      // Where the key itself has changed, the item of the old key is gone.
      touch(table.get().key(new Row(relation, null, before)::text), Optional.empty());
    }
    Item item = table.get().item(new Row(relation, before, after)::text);
    touch(item.key(), Optional.of(item));
    if (item.revision() != n) {
      unclear = item + " was written at revision " + n;
    }
  }

  private void erase(Pgoutput.Relation relation, Pgoutput.Tuple before) {
    Optional<Table> table = table(relation);
    if (table.isPresent() && !isTooLarge) {
      touch(table.get().key(new Row(relation, null, before)::text), Optional.empty());
    }
  }

  /** A transaction that has been too large stays so. */
  private void touch(ItemKey key, Optional<Item> item) {
    touched.put(key, item);
    if (touched.size() > itemLimit) {
      isTooLarge = true;
      unclear = "a transaction touched more than " + itemLimit + " items";
      touched.clear();
    }
  }

  private String truncated(Pgoutput.Truncate truncate) {
    return "TRUNCATE of "
        + String.join(", ", truncate.relations().stream().map(id -> relation(id).name()).toList());
  }

  private static boolean isRevision(Pgoutput.Relation relation) {
    return relation.schema().equals(SCHEMA) && relation.name().equals(REVISION);
  }

  private static Optional<Table> table(Pgoutput.Relation relation) {
    return relation.schema().equals(SCHEMA) ? Table.of(relation.name()) : Optional.empty();
  }

  /** The values by column; an unchanged large value comes from the old row. */
  private record Row(
      Pgoutput.Relation relation, Pgoutput.@Nullable Tuple before, Pgoutput.Tuple after) {
    String text(String column) {
      int index = relation.columns().indexOf(column);
      if (index < 0) {
        throw new UnreadableRow(
            relation.name() + " has no column " + column + " in the change feed", null);
      }
      Pgoutput.Tuple source = after.isUnchanged(index) && before != null ? before : after;
      String value = source.value(index);
      if (value == null) {
        throw new UnreadableRow(
            relation.name() + "." + column + " has no value in the change feed", null);
      }
      return value;
    }
  }
}
