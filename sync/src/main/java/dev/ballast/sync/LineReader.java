package dev.ballast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Splits a stream into lines of UTF-8 text, none longer than a limit. Owned by one thread. */
final class LineReader {
  /** The longest line that is read: 64 MiB. */
  static final int LINE_LIMIT = 64 << 20;

  private static final int FIRST_CAPACITY = 8 << 10;

  private final InputStream in;
  private final int lineLimit;
  private byte[] buffer = new byte[FIRST_CAPACITY];
  private int start;
  private int end;

  LineReader(InputStream in, int lineLimit) {
    this.in = in;
    this.lineLimit = lineLimit;
  }

  /** The next line without its line feed; null at the end of the stream, where an unfinished line is dropped. */
  @Nullable String next() throws IOException {
    int scanned = start;
    while (true) {
      for (; scanned < end; scanned++) {
        if (buffer[scanned] == '\n') {
          String line = new String(buffer, start, scanned - start, StandardCharsets.UTF_8);
          start = scanned + 1;
          return line;
        }
      }
      int offset = scanned - start;
      if (!fill()) {
        return null;
      }
      scanned = start + offset;
    }
  }

  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == buffer.length) {
      if (end >= lineLimit) {
        throw new IOException("a line has more than " + lineLimit + " bytes");
      }
      buffer = Arrays.copyOf(buffer, Math.min(lineLimit, 2 * buffer.length));
    }
    int count = in.read(buffer, end, buffer.length - end);
    end += Math.max(0, count);
    return count >= 0;
  }
}
