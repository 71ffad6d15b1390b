package dev.ballast.proxy;

import java.util.Collection;
import java.util.Locale;

/** A set of field names that is asked with the bytes of a head. Immutable. */
final class FieldNames {
  static final FieldNames NONE = new FieldNames(new byte[0][]);

  private final byte[][] names;

  /** One bit for each length and last letter that there is: most names are told apart without being compared. */
  private final long sketch;

  private FieldNames(byte[][] names) {
    this.names = names;
    long bits = 0;
    for (byte[] name : names) {
      bits |= bit(name, 0, name.length);
    }
    this.sketch = bits;
  }

  static FieldNames of(Collection<String> names) {
    return names.isEmpty()
        ? NONE
        : new FieldNames(
            names.stream()
                .map(name -> Grammar.ascii(name.toLowerCase(Locale.ROOT)))
                .toArray(byte[][]::new));
  }

  /** @param end after the last byte of a name, which is not empty */
  boolean contains(byte[] bytes, int start, int end) {
    if ((sketch & bit(bytes, start, end)) == 0) {
      return false;
    }
    for (byte[] name : names) {
      if (Grammar.equalsIgnoreCase(bytes, start, end, name)) {
        return true;
      }
    }
    return false;
  }

  private static long bit(byte[] bytes, int start, int end) {
    return 1L << (end - start + 7 * Grammar.lower(bytes[end - 1]));
  }
}
