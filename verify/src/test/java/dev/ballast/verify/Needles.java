package dev.ballast.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Looks for a piece of data in files: as it is, and in base64.
 *
 * <p>Idea: every eight bytes in a row of it are looked for, because a database that packs what it stores breaks long strings
 * into pieces of at least eight.
 */
final class Needles {
  private final long[] windows;

  private Needles(SortedSet<Long> windows) {
    this.windows = windows.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * A part of an object in PEM.
   *
   * @param der what the PEM holds
   */
  static Needles of(byte[] der, int from, int to) {
    var windows = new TreeSet<Long>();
    addWindows(windows, Arrays.copyOfRange(der, from, to));
    String base64 = Base64.getEncoder().encodeToString(der);
    String ofPart = base64.substring((from + 2) / 3 * 4, to / 3 * 4);
    addWindows(windows, ofPart.getBytes(StandardCharsets.ISO_8859_1));
    return new Needles(windows);
  }

  private static void addWindows(SortedSet<Long> windows, byte[] bytes) {
    long window = 0;
    for (int i = 0; i < bytes.length; i++) {
      window = window << Byte.SIZE | (bytes[i] & 0xff);
      if (i >= Long.BYTES - 1) {
        windows.add(window);
      }
    }
  }

  /** The files of these trees that have a piece of it. */
  List<Path> in(List<Path> trees) throws IOException {
    var found = new ArrayList<Path>();
    for (Path tree : trees) {
      try (Stream<Path> files = Files.walk(tree)) {
        files.filter(Files::isRegularFile).filter(this::isIn).forEach(found::add);
      }
    }
    return found;
  }

  private boolean isIn(Path file) {
    try {
      long window = 0;
      for (byte next : Files.readAllBytes(file)) {
        window = window << Byte.SIZE | (next & 0xff);
        if (Arrays.binarySearch(windows, window) >= 0) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
