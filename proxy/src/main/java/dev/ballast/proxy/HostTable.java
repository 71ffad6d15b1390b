package dev.ballast.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From a host name to what is configured for it: exact names first, then the longest {@code *.suffix}, then {@code *}.
 * Immutable. Looks names up as the bytes of a head, so that a request makes no string.
 */
final class HostTable<T> {
  private static final String ANY = "*";
  private static final int MIN_SIZE = 8;

  private final byte[][] names;
  private final @Nullable Object[] values;
  private final int mask;
  private final boolean hasWildcards;
  private final @Nullable T any;

  private HostTable(Map<String, T> byPattern) {
    int size = Integer.highestOneBit(Math.max(MIN_SIZE, byPattern.size() * 4));
    this.names = new byte[size][];
    this.values = new Object[size];
    this.mask = size - 1;
    this.hasWildcards = byPattern.keySet().stream().anyMatch(pattern -> pattern.startsWith("*."));
    this.any = byPattern.get(ANY);
    byPattern.forEach(this::put);
  }

  /** A table of patterns in lower case: {@code a.test}, {@code *.test}, {@code *}. */
  static <T> HostTable<T> of(Map<String, T> byPattern) {
    return new HostTable<>(new LinkedHashMap<>(byPattern));
  }

  /** A wildcard is stored under its suffix with the dot, which no exact name begins with. */
  private void put(String pattern, T value) {
    if (pattern.equals(ANY)) {
      return;
    }
    byte[] name = Grammar.ascii(pattern.startsWith("*.") ? pattern.substring(1) : pattern);
    int slot = hash(name, 0, name.length) & mask;
    while (values[slot] != null) {
      slot = slot + 1 & mask;
    }
    names[slot] = name;
    values[slot] = value;
  }

  /** What is configured for the host, or null. */
  @Nullable T find(byte[] bytes, int start, int end) {
    T exact = named(bytes, start, end);
    if (exact != null) {
      return exact;
    }
    T wildcard = hasWildcards ? underWildcard(bytes, start, end) : null;
    return wildcard == null ? any : wildcard;
  }

  private @Nullable T underWildcard(byte[] bytes, int start, int end) {
    for (int at = start + 1; at < end; at++) {
      T found = bytes[at] == '.' ? named(bytes, at, end) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @SuppressWarnings("unchecked")
  private @Nullable T named(byte[] bytes, int start, int end) {
    int slot = hash(bytes, start, end) & mask;
    while (values[slot] != null) {
      if (Grammar.equalsIgnoreCase(bytes, start, end, names[slot])) {
        return (T) values[slot];
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  private static int hash(byte[] bytes, int start, int end) {
    int hash = 0;
    for (int at = start; at < end; at++) {
      hash = 31 * hash + Grammar.lower(bytes[at]);
    }
    return hash ^ hash >>> 16;
  }
}
