package dev.ballast.configdb;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A log file of bounded size: at {@code limitBytes} the file becomes {@code NAME.1}, which replaces the one before.
 * The last lines are kept in memory as well, to say why a start failed. Safe for use by several threads.
 */
final class BoundedLog implements AutoCloseable {
  private static final int RECENT_LINES = 20;

  private final Path file;
  private final long limitBytes;
  private final ArrayDeque<String> recent = new ArrayDeque<>();
  private OutputStream stream;
  private long size;
  private boolean isClosed;

  BoundedLog(Path file, long limitBytes) {
    this.file = file;
    this.limitBytes = limitBytes;
    this.stream = open(file);
    this.size = file.toFile().length();
  }

  /** Never fails: a line that can't be written, or comes after {@link #close()}, is dropped. */
  synchronized void add(String line) {
    if (isClosed) {
      return;
    }
    recent.addLast(line);
    if (recent.size() > RECENT_LINES) {
      recent.removeFirst();
    }
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (size > 0 && size + bytes.length > limitBytes) {
        rotate();
      }
      stream.write(bytes);
      size += bytes.length;
    } catch (IOException | UncheckedIOException _) {
      // A full disk must not end the thread that reads the server's output, and with it the server.
    }
  }

  synchronized List<String> recentLines() {
    return List.copyOf(recent);
  }

  private void rotate() throws IOException {
    stream.close();
    Files.move(
        file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    stream = open(file);
    size = 0;
  }

  private static OutputStream open(Path file) {
    try {
      return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    try {
      stream.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
