package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The field lines of a head, validated and cut into offsets; nothing is copied. Owned by one event loop, which reuses it for
 * each head.
 */
final class FieldLines {
  private static final byte[] CLOSE = Grammar.ascii("close");
  private static final byte[] KEEP_ALIVE = Grammar.ascii("keep-alive");
  private static final byte[] UPGRADE = Grammar.ascii("upgrade");

  private final int countLimit;
  private final int optionLimit;
  private final int[] starts;
  private final int[] nameEnds;
  private final int[] valueStarts;
  private final int[] valueEnds;
  private final int[] ends;
  private final Field[] kinds;
  private final boolean[] isLeftOut;
  private byte[] bytes = {};
  private int count;
  private int options;
  private boolean hasClose;
  private boolean hasKeepAlive;
  private boolean hasUpgrade;

  FieldLines(Limits limits) {
    this.countLimit = limits.of(Limit.FIELD_LINES);
    this.optionLimit = limits.of(Limit.CONNECTION_OPTIONS);
    this.starts = new int[countLimit];
    this.nameEnds = new int[countLimit];
    this.valueStarts = new int[countLimit];
    this.valueEnds = new int[countLimit];
    this.ends = new int[countLimit];
    this.kinds = new Field[countLimit];
    this.isLeftOut = new boolean[countLimit];
  }

  /** Reads all lines up to the empty one, which ends at {@code end}. Every LF is known to follow a CR. */
  @Nullable Violation read(byte[] source, int from, int end) {
    bytes = source;
    count = 0;
    options = 0;
    hasClose = false;
    hasKeepAlive = false;
    hasUpgrade = false;
    int at = from;
    while (at < end - 2) {
      if (count == countLimit) {
        return Violation.TOO_MANY_FIELDS;
      }
      Violation violation = readLine(at);
      if (violation != null) {
        return violation;
      }
      at = ends[count++];
    }
    return readConnectionOptions();
  }

  private @Nullable Violation readLine(int start) {
    int at = start;
    while (Grammar.isToken(bytes[at])) {
      at++;
    }
    if (bytes[at] != Grammar.COLON || at == start) {
      return withoutName(start, at);
    }
    starts[count] = start;
    nameEnds[count] = at;
    return readValue(at + 1);
  }

  private Violation withoutName(int start, int at) {
    if (!Grammar.isSpace(bytes[at])) {
      return Violation.FIELD_NAME;
    }
    return at == start ? Violation.OBSOLETE_FOLDING : Violation.SPACE_BEFORE_COLON;
  }

  private @Nullable Violation readValue(int from) {
    int at = from;
    while (Grammar.isValue(bytes[at])) {
      at++;
    }
    if (bytes[at] != Grammar.CR) {
      return Violation.FIELD_VALUE;
    }
    if (bytes[at + 1] != Grammar.LF) {
      return Violation.BARE_CR;
    }
    valueStarts[count] = skipSpace(from, at);
    valueEnds[count] = skipSpaceBackwards(at, valueStarts[count]);
    ends[count] = at + 2;
    kinds[count] = Field.named(bytes, starts[count], nameEnds[count]);
    isLeftOut[count] = false;
    return null;
  }

  private int skipSpace(int from, int end) {
    int at = from;
    while (at < end && Grammar.isSpace(bytes[at])) {
      at++;
    }
    return at;
  }

  private int skipSpaceBackwards(int from, int start) {
    int at = from;
    while (at > start && Grammar.isSpace(bytes[at - 1])) {
      at--;
    }
    return at;
  }

  private @Nullable Violation readConnectionOptions() {
    for (int line = 0; line < count; line++) {
      if (kinds[line] == Field.CONNECTION && !readOptions(valueStarts[line], valueEnds[line])) {
        return Violation.TOO_MANY_CONNECTION_OPTIONS;
      }
    }
    return null;
  }

  private boolean readOptions(int from, int end) {
    int at = from;
    while (at < end) {
      int comma = at;
      while (comma < end && bytes[comma] != ',') {
        comma++;
      }
      int start = skipSpace(at, comma);
      int stop = skipSpaceBackwards(comma, start);
      if (start < stop && !takeOption(start, stop)) {
        return false;
      }
      at = comma + 1;
    }
    return true;
  }

  private boolean takeOption(int start, int end) {
    if (++options > optionLimit) {
      return false;
    }
    if (Grammar.equalsIgnoreCase(bytes, start, end, CLOSE)) {
      hasClose = true;
    } else if (Grammar.equalsIgnoreCase(bytes, start, end, KEEP_ALIVE)) {
      hasKeepAlive = true;
    } else if (Grammar.equalsIgnoreCase(bytes, start, end, UPGRADE)) {
      hasUpgrade = true;
    } else {
      markNamed(start, end);
    }
    return true;
  }

  private void markNamed(int start, int end) {
    for (int line = 0; line < count; line++) {
      if (nameEnds[line] - starts[line] == end - start && hasName(line, start)) {
        isLeftOut[line] = true;
      }
    }
  }

  private boolean hasName(int line, int start) {
    for (int i = 0; i < nameEnds[line] - starts[line]; i++) {
      if (Grammar.lower(bytes[starts[line] + i]) != Grammar.lower(bytes[start + i])) {
        return false;
      }
    }
    return true;
  }

  /** Copies one line. */
  void copy(int line, ByteBuf out) {
    out.writeBytes(bytes, starts[line], ends[line] - starts[line]);
  }

  /** Copies the lines of the kinds wanted that are not left out; lines that stand together go together. */
  void copy(Predicate<Field> wanted, ByteBuf out) {
    int runStart = 0;
    int runEnd = 0;
    for (int line = 0; line < count; line++) {
      if (isLeftOut[line] || !wanted.test(kinds[line])) {
        continue;
      }
      if (starts[line] != runEnd) {
        out.writeBytes(bytes, runStart, runEnd - runStart);
        runStart = starts[line];
      }
      runEnd = ends[line];
    }
    out.writeBytes(bytes, runStart, runEnd - runStart);
  }

  /** Leaves out the lines of these names, too. */
  void leaveOut(FieldNames names) {
    for (int line = 0; line < count; line++) {
      isLeftOut[line] |= names.contains(bytes, starts[line], nameEnds[line]);
    }
  }

  /** Leaves out this line, too. */
  void leaveOut(int line) {
    isLeftOut[line] = true;
  }

  /** Whether it is not passed on: Connection names it, or {@link #leaveOut} did. */
  boolean isLeftOut(int line) {
    return isLeftOut[line];
  }

  /** @param name in lower case */
  boolean isNamed(int line, byte[] name) {
    return Grammar.equalsIgnoreCase(bytes, starts[line], nameEnds[line], name);
  }

  int count() {
    return count;
  }

  int valueStart(int line) {
    return valueStarts[line];
  }

  int valueEnd(int line) {
    return valueEnds[line];
  }

  Field kind(int line) {
    return kinds[line];
  }

  boolean hasClose() {
    return hasClose;
  }

  boolean hasKeepAlive() {
    return hasKeepAlive;
  }

  /** Whether Connection names Upgrade: without it, an Upgrade field means nothing (RFC 9110, section 7.8). */
  boolean hasUpgrade() {
    return hasUpgrade;
  }
}
