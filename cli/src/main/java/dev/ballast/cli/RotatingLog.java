package dev.ballast.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A log file that never grows beyond a limit: when it would, it becomes {@code FILE.1}, the one before {@code FILE.2}, and
 * the oldest is dropped. A file that somebody moves away is opened anew. What can't be written, on a full disk say, is lost: a process must not stand still because of its
 * log. Thread-safe; each write stays in one piece.
 */
final class RotatingLog extends OutputStream {
  private static final long DEFAULT_LIMIT_BYTES = 8L << 20;
  private static final int DEFAULT_OLDER = 2;

  private final Path file;
  private final long limitBytes;
  private final int older;
  private @Nullable OutputStream stream;
  private @Nullable Object key;
  private long size;

  /** The log of a process: three files of at most 8 MiB. */
  static RotatingLog of(Path directory, String name) {
    return new RotatingLog(directory.resolve(name + ".log"), DEFAULT_LIMIT_BYTES, DEFAULT_OLDER);
  }

  /**
   * @param limitBytes of one file
   * @param older how many older files are kept
   */
  RotatingLog(Path file, long limitBytes, int older) {
    this.file = file;
    this.limitBytes = limitBytes;
    this.older = older;
  }

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      append(bytes, offset, length);
    } catch (IOException _) {
      close();
    }
  }

  /** The same for who wants to know what is lost. */
  synchronized void append(byte[] bytes, int offset, int length) throws IOException {
    if (stream != null && isMovedAway()) {
      close();
    }
    if (stream == null) {
      stream = open();
    }
    if (size > 0 && size + length > limitBytes) {
      stream = rotated(stream);
    }
    stream.write(bytes, offset, length);
    size += length;
  }

  /** Whether somebody else, such as logrotate, has taken the file away. */
  private boolean isMovedAway() {
    return !Objects.equals(key, keyOf(file));
  }

  private static @Nullable Object keyOf(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException _) {
      return null;
    }
  }

  private OutputStream open() throws IOException {
    var opened = new FileOutputStream(file.toFile(), true);
    size = Files.size(file);
    key = keyOf(file);
    return opened;
  }

  private OutputStream rotated(OutputStream full) throws IOException {
    full.close();
    for (int number = older; number > 0; number--) {
      Path from = number == 1 ? file : numbered(number - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (older == 0) {
      Files.delete(file);
    }
    return open();
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public synchronized void close() {
    OutputStream open = stream;
    stream = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException _) {
        // Lost like what couldn't be written.
      }
    }
  }
}
