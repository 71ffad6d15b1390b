package dev.ballast.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From paths to the numbers of the routes that name them, ascending. Immutable: a hash table with open addressing, at most
 * half full, that is asked with bytes and their hash, which grows byte by byte as a path is walked along.
 */
final class PathIndex {
  private static final int MIN_SIZE = 4;

  private final int[] hashes;
  private final byte[] @Nullable [] paths;
  private final int[][] routes;
  private final int mask;
  private final int longest;

  private PathIndex(int size, int longest) {
    this.hashes = new int[size];
    this.paths = new byte[size][];
    this.routes = new int[size][];
    this.mask = size - 1;
    this.longest = longest;
  }

  static PathIndex of(Map<Pattern, int[]> byPath) {
    int size = Integer.highestOneBit(Math.max(MIN_SIZE, byPath.size() * 4));
    int longest = byPath.keySet().stream().mapToInt(path -> path.bytes().length).max().orElse(-1);
    var index = new PathIndex(size, longest);
    byPath.forEach((path, numbers) -> index.put(path.bytes(), numbers));
    return index;
  }

  private void put(byte[] path, int[] numbers) {
    int hash = 0;
    for (byte b : path) {
      hash = grown(hash, b);
    }
    int slot = slot(hash);
    while (paths[slot] != null) {
      slot = slot + 1 & mask;
    }
    hashes[slot] = hash;
    paths[slot] = path;
    routes[slot] = numbers;
  }

  /** The hash of a path that is one byte longer; the empty one has 0. */
  static int grown(int hash, byte next) {
    return 31 * hash + next;
  }

  private int slot(int hash) {
    return (hash ^ hash >>> 15) & mask;
  }

  /** The longest path's length, or -1 if there is none. */
  int longest() {
    return longest;
  }

  /** The routes of the path that stands from {@code start} to {@code end}, or null. */
  int @Nullable [] find(byte[] bytes, int start, int end, int hash) {
    for (int slot = slot(hash); ; slot = slot + 1 & mask) {
      byte[] path = paths[slot];
      if (path == null) {
        return null;
      }
      if (hashes[slot] == hash
          && end - start == path.length
          && Grammar.startsWith(bytes, start, end, path)) {
        return routes[slot];
      }
    }
  }

  /** A path as the key of a map. */
  record Pattern(String latin) {
    static Pattern of(byte[] path) {
      return new Pattern(new String(path, StandardCharsets.ISO_8859_1));
    }

    byte[] bytes() {
      return Grammar.ascii(latin);
    }
  }
}
