package dev.ballast.configdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of PostgreSQL's logical decoding plugin pgoutput, protocol version 1 (PostgreSQL's documentation,
 * "Logical Replication Message Formats"). Text values only: the stream is opened without {@code binary}.
 */
sealed interface Pgoutput {
  /** A transaction begins; all up to its {@link Commit} belongs to it. */
  record Begin() implements Pgoutput {}

  /**
   * A transaction has committed.
   *
   * @param endLsn the position in the WAL after it
   */
  record Commit(long endLsn) implements Pgoutput {}

  /** Comes before the first row of a table, and again when the table has changed. */
  record Relation(int id, String schema, String name, List<String> columns) implements Pgoutput {}

  record Insert(int relation, Tuple row) implements Pgoutput {}

  /**
   * A row has changed.
   *
   * @param before the old row, or its key only; null when the key is as before and the table isn't REPLICA IDENTITY FULL
   */
  record Update(int relation, @Nullable Tuple before, Tuple after) implements Pgoutput {}

  record Delete(int relation, Tuple before) implements Pgoutput {}

  record Truncate(List<Integer> relations) implements Pgoutput {}

  /** Types, origins, messages: of no interest here. */
  record Other(char type) implements Pgoutput {}

  /** One row's values as text, in the order of the relation's columns. */
  final class Tuple {
    private final @Nullable String[] values;
    private final boolean[] unchanged;

    Tuple(@Nullable String[] values, boolean[] unchanged) {
      this.values = values;
      this.unchanged = unchanged;
    }

    /** Null for SQL's NULL, and where {@link #isUnchanged}. */
    @Nullable String value(int column) {
      return values[column];
    }

    /** A large (TOASTed) value that an update left as it was, and that the stream doesn't repeat. */
    boolean isUnchanged(int column) {
      return unchanged[column];
    }
  }

  /**
   * Reads one message.
   *
   * @throws IllegalArgumentException when it isn't one
   */
  static Pgoutput decode(ByteBuffer message) {
    char type = (char) message.get();
    return switch (type) {
      case 'B' -> new Begin();
      case 'C' -> commit(message);
      case 'R' -> relation(message);
      case 'I' -> insert(message);
      case 'U' -> update(message);
      case 'D' -> delete(message);
      case 'T' -> truncate(message);
      case 'Y', 'O', 'M' -> new Other(type);
      default ->
          throw new IllegalArgumentException("pgoutput message of the unknown type '" + type + "'");
    };
  }

  private static Commit commit(ByteBuffer message) {
    message.get(); // flags, unused
    message.getLong(); // the commit's own position
    return new Commit(message.getLong());
  }

  private static Relation relation(ByteBuffer message) {
    int id = message.getInt();
    String schema = text(message);
    String name = text(message);
    message.get(); // replica identity
    int count = message.getShort();
    var columns = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) {
      message.get(); // flags: part of the key
      columns.add(text(message));
      message.getInt(); // type
      message.getInt(); // type modifier
    }
    return new Relation(id, schema, name, columns);
  }

  private static Insert insert(ByteBuffer message) {
    int relation = message.getInt();
    message.get(); // 'N'
    return new Insert(relation, tuple(message));
  }

  private static Update update(ByteBuffer message) {
    int relation = message.getInt();
    Tuple before = null;
    char part = (char) message.get();
    if (part == 'K' || part == 'O') {
      before = tuple(message);
      message.get(); // 'N'
    }
    return new Update(relation, before, tuple(message));
  }

  private static Delete delete(ByteBuffer message) {
    int relation = message.getInt();
    message.get(); // 'K' or 'O'
    return new Delete(relation, tuple(message));
  }

  private static Truncate truncate(ByteBuffer message) {
    int count = message.getInt();
    message.get(); // options
    var relations = new ArrayList<Integer>(count);
    for (int i = 0; i < count; i++) {
      relations.add(message.getInt());
    }
    return new Truncate(relations);
  }

  private static Tuple tuple(ByteBuffer message) {
    int count = message.getShort();
    var values = new @Nullable String[count];
    var unchanged = new boolean[count];
    for (int i = 0; i < count; i++) {
      char kind = (char) message.get();
      switch (kind) {
        case 'n' -> values[i] = null;
        case 'u' -> unchanged[i] = true;
        case 't' -> values[i] = value(message);
        default ->
            throw new IllegalArgumentException("pgoutput value of the unknown kind '" + kind + "'");
      }
    }
    return new Tuple(values, unchanged);
  }

  private static String value(ByteBuffer message) {
    int length = message.getInt();
    var text =
        new String(
            message.array(),
            message.arrayOffset() + message.position(),
            length,
            StandardCharsets.UTF_8);
    message.position(message.position() + length);
    return text;
  }

  /** A text that ends with a zero byte. */
  private static String text(ByteBuffer message) {
    int end = message.position();
    while (message.get(end) != 0) {
      end++;
    }
    int length = end - message.position();
    var text =
        new String(
            message.array(),
            message.arrayOffset() + message.position(),
            length,
            StandardCharsets.UTF_8);
    message.position(end + 1);
    return text;
  }
}
