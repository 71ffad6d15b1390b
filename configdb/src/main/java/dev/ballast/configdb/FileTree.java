package dev.ballast.configdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory with everything in it. */
final class FileTree {
  private FileTree() {}

  /** Deletes the directory and its content; nothing happens where there is none. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    for (Path path : content(directory).reversed()) {
      Files.deleteIfExists(path);
    }
  }

  /** The directory and all below it, parents first. */
  static List<Path> content(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
