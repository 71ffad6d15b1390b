package dev.ballast.configdb;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Unpacks a tar archive of files, directories and symbolic links: what a packaged PostgreSQL consists of.
 *
 * <p>A tar archive is a row of 512-byte blocks: a header, the content padded to whole blocks, the next header; two
 * zero blocks close it. Understood are the POSIX "ustar" header and GNU's long names (type {@code L}); any other entry
 * is refused, since an archive that is only partly understood would give an installation that is only partly there.
 */
final class TarReader {
  private static final int BLOCK = 512;
  private static final int NAME_AT = 0;
  private static final int NAME_LENGTH = 100;
  private static final int MODE_AT = 100;
  private static final int MODE_LENGTH = 8;
  private static final int SIZE_AT = 124;
  private static final int SIZE_LENGTH = 12;
  private static final int TYPE_AT = 156;
  private static final int LINK_AT = 157;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX_LENGTH = 155;
  private static final int LONGEST_NAME = 4096;

  private final InputStream archive;
  private final Path target;
  private final byte[] header = new byte[BLOCK];

  private TarReader(InputStream archive, Path target) {
    this.archive = archive;
    this.target = target;
  }

  /** Unpacks the entries whose names are wanted below the existing directory {@code target}. */
  static void unpack(InputStream archive, Path target, Predicate<String> isWanted)
      throws IOException {
    new TarReader(archive, target).unpack(isWanted);
  }

  private void unpack(Predicate<String> isWanted) throws IOException {
    String longName = "";
    while (readHeader()) {
      long size = Long.parseLong(text(SIZE_AT, SIZE_LENGTH).strip(), 8);
      char type = (char) header[TYPE_AT];
      if (type == 'L') {
        longName = readLongName(size);
        continue;
      }
      String name = longName.isEmpty() ? name() : longName;
      longName = "";
      if (isWanted.test(name)) {
        unpackEntry(type, inside(name), size);
      } else {
        archive.skipNBytes(padded(size));
      }
    }
  }

  private void unpackEntry(char type, Path path, long size) throws IOException {
    switch (type) {
      case '5' -> Files.createDirectories(path);
      case '2' -> {
        Files.createDirectories(parent(path));
        Files.createSymbolicLink(path, Path.of(text(LINK_AT, NAME_LENGTH)));
      }
      case '0', '\0' -> unpackFile(path, size);
      default ->
          throw new IOException("tar entry " + path + " has the unknown type '" + type + "'");
    }
  }

  private void unpackFile(Path path, long size) throws IOException {
    Files.createDirectories(parent(path));
    try (var file = Files.newOutputStream(path)) {
      var buffer = new byte[64 * 1024];
      for (long left = size; left > 0; ) {
        int read = archive.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw new EOFException("tar archive ends inside " + path);
        }
        file.write(buffer, 0, read);
        left -= read;
      }
    }
    archive.skipNBytes(padded(size) - size);
    boolean isExecutable = (Integer.parseInt(text(MODE_AT, MODE_LENGTH).strip(), 8) & 0100) != 0;
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(isExecutable ? "rwxr-xr-x" : "rw-r--r--"));
  }

  /** False at the end of the archive. */
  private boolean readHeader() throws IOException {
    int read = archive.readNBytes(header, 0, BLOCK);
    if (read != 0 && read != BLOCK) {
      throw new EOFException("tar archive ends inside a header");
    }
    return read == BLOCK && header[NAME_AT] != 0;
  }

  private String readLongName(long size) throws IOException {
    if (size > LONGEST_NAME) {
      throw new IOException("tar entry with a name of " + size + " bytes");
    }
    byte[] bytes = archive.readNBytes((int) padded(size));
    return terminated(bytes, 0, (int) size);
  }

  private String name() {
    String prefix = text(PREFIX_AT, PREFIX_LENGTH);
    String name = text(NAME_AT, NAME_LENGTH);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private Path inside(String name) throws IOException {
    Path path = target.resolve(name).normalize();
    if (!path.startsWith(target)) {
      throw new IOException("tar entry outside of its directory: " + name);
    }
    return path;
  }

  private Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? target : parent;
  }

  private String text(int at, int length) {
    return terminated(header, at, length);
  }

  private static String terminated(byte[] bytes, int at, int length) {
    byte[] field = Arrays.copyOfRange(bytes, at, at + length);
    int end = 0;
    while (end < field.length && field[end] != 0) {
      end++;
    }
    return new String(field, 0, end, StandardCharsets.UTF_8);
  }

  private static long padded(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }
}
