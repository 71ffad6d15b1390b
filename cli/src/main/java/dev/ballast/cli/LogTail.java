package dev.ballast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The end of a log, and what is written to it from then on, across its rotation. Used by one thread. */
final class LogTail {
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;
  private final OutputStream out;
  private long position;
  private @Nullable Object identity;

  LogTail(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  /** Prints the last lines; the file that was rotated away before is not looked at. */
  void printLast(int lines) throws IOException {
    identity = identity();
    try (var log = new RandomAccessFile(file.toFile(), "r")) {
      position = startOfLast(lines, log);
    }
    printNew();
  }

  /** Prints what comes, until the thread is interrupted or the output closed. */
  void follow() throws IOException, InterruptedException {
    while (true) {
      Thread.sleep(PAUSE);
      Object now = identity();
      if (now == null) {
        continue;
      }
      if (!now.equals(identity) || Files.size(file) < position) {
        identity = now;
        position = 0;
      }
      printNew();
    }
  }

  private void printNew() throws IOException {
    try (var log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(position);
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int length = log.read(chunk); length > 0; length = log.read(chunk)) {
        out.write(chunk, 0, length);
        position += length;
      }
    } catch (java.io.FileNotFoundException _) {
      return;
    }
    out.flush();
  }

  private static long startOfLast(int lines, RandomAccessFile log) throws IOException {
    long position = log.length();
    byte[] chunk = new byte[CHUNK_BYTES];
    int lineFeeds = 0;
    while (position > 0) {
      int length = (int) Math.min(CHUNK_BYTES, position);
      log.seek(position - length);
      log.readFully(chunk, 0, length);
      for (int index = length - 1; index >= 0; index--) {
        boolean isLast = position - length + index == log.length() - 1;
        if (chunk[index] == '\n' && !isLast && ++lineFeeds == lines) {
          return position - length + index + 1;
        }
      }
      position -= length;
    }
    return 0;
  }

  /** Tells a file from the one that was rotated away; null while there is none. */
  private @Nullable Object identity() {
    try {
      return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
          .fileKey();
    } catch (IOException _) {
      return null;
    }
  }
}
