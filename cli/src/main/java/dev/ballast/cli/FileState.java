package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What tells whether a file has changed without reading it: which file it is (another one after a rename or behind another
 * link), how long, and written when. Links are followed.
 */
record FileState(Path path, @Nullable Object identity, FileTime written, long size) {

  /**
   * Of a file, or of all documents of a directory.
   *
   * @throws IOException when there is none, or a file goes away meanwhile
   */
  static List<FileState> of(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(ofFile(path));
    }
    var states = new ArrayList<FileState>();
    for (Path file : DocumentInput.documentsIn(path)) {
      states.add(ofFile(file));
    }
    return List.copyOf(states);
  }

  private static FileState ofFile(Path file) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileState(
        file, attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileState state
        && path.equals(state.path)
        && Objects.equals(identity, state.identity)
        && written.equals(state.written)
        && size == state.size;
  }

  @Override
  public int hashCode() {
    return Objects.hash(path, written, size);
  }
}
