package dev.ballast.cli;

import dev.ballast.model.Documents;
import dev.ballast.model.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Documents to send: a file, standard input, or every {@code .yaml}, {@code .yml} and {@code .json} file below a
 * directory, hidden ones apart, as one input, applied as a whole. Knows which line came from which file.
 */
final class DocumentInput {
  static final String STANDARD_INPUT = "-";
  private static final byte[] SEPARATOR =
      "\n---\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);

  private final byte[] bytes;
  private final List<Part> parts;
  private final boolean isJson;

  /** The lines of one file within the whole. {@code line} is that of the whole before its first. */
  private record Part(String name, int line) {}

  private DocumentInput(byte[] bytes, List<Part> parts, boolean isJson) {
    this.bytes = bytes;
    this.parts = parts;
    this.isJson = isJson;
  }

  /**
   * Reads them.
   *
   * @param what a file, a directory, or {@code -}
   * @throws CommandFailed when it can't be read, or is larger than the controller takes
   */
  static DocumentInput read(Shell shell, String what) {
    try {
      if (what.equals(STANDARD_INPUT)) {
        return whole("standard input", limited(shell.input(), "standard input"), false);
      }
      Path path = shell.directory().resolve(what);
      return Files.isDirectory(path) ? directory(path, what) : file(path, what);
    } catch (java.nio.file.NoSuchFileException _) {
      throw new CommandFailed(what + ": there is no such file");
    } catch (IOException failure) {
      throw new CommandFailed("cannot read " + what + ": " + failure.getMessage());
    }
  }

  byte[] bytes() {
    return bytes;
  }

  String contentType() {
    return isJson ? "application/json" : "application/yaml";
  }

  /**
   * Reads what they say.
   *
   * @throws dev.ballast.model.InvalidInput naming every mistake
   */
  Documents parse() {
    return Documents.parse(bytes, isJson ? Documents.Format.JSON : Documents.Format.YAML);
  }

  /** {@code pools.yaml:12: backends[0].weigth: unknown key}. */
  String locate(Problem problem) {
    if (problem.line() == 0) {
      return problem.toString();
    }
    Part part = parts.getFirst();
    for (Part candidate : parts) {
      part = candidate.line() < problem.line() ? candidate : part;
    }
    return part.name()
        + ":"
        + (problem.line() - part.line())
        + ": "
        + (problem.path().isEmpty() ? "" : problem.path() + ": ")
        + problem.message();
  }

  private static DocumentInput file(Path path, String name) throws IOException {
    try (InputStream stream = Files.newInputStream(path)) {
      return whole(name, limited(stream, name), isJson(path));
    }
  }

  private static DocumentInput whole(String name, byte[] bytes, boolean isJson) {
    return new DocumentInput(bytes, List.of(new Part(name, 0)), isJson);
  }

  /** JSON is YAML too, so that files of both can follow one another. */
  private static DocumentInput directory(Path directory, String name) throws IOException {
    List<Path> files = documentsIn(directory);
    if (files.isEmpty()) {
      throw new CommandFailed(name + ": no .yaml, .yml or .json file in this directory");
    }
    var bytes = new ByteArrayOutputStream();
    var parts = new ArrayList<Part>();
    int lines = 0;
    for (Path file : files) {
      String shown = Path.of(name).resolve(directory.relativize(file)).toString();
      parts.add(new Part(shown, lines));
      byte[] content = file(file, shown).bytes;
      bytes.writeBytes(content);
      bytes.writeBytes(SEPARATOR);
      lines += lineFeeds(content) + lineFeeds(SEPARATOR);
      refuseBeyondLimit(bytes.size(), name);
    }
    return new DocumentInput(bytes.toByteArray(), parts, false);
  }

  /** Its {@code .yaml}, {@code .yml} and {@code .json} files in order, at any depth, but for what is hidden. */
  static List<Path> documentsIn(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> isShown(directory.relativize(file)))
          .filter(Files::isRegularFile)
          .filter(DocumentInput::isDocument)
          .sorted()
          .toList();
    }
  }

  private static boolean isShown(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDocument(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml") || name.endsWith(".yml") || isJson(file);
  }

  private static boolean isJson(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".json");
  }

  private static int lineFeeds(byte[] bytes) {
    int number = 0;
    for (byte one : bytes) {
      number += one == '\n' ? 1 : 0;
    }
    return number;
  }

  private static byte[] limited(InputStream stream, String name) throws IOException {
    byte[] bytes = stream.readNBytes(Documents.BYTE_LIMIT + 1);
    refuseBeyondLimit(bytes.length, name);
    return bytes;
  }

  private static void refuseBeyondLimit(int length, String name) {
    if (length > Documents.BYTE_LIMIT) {
      throw new CommandFailed(
          name
              + ": more than "
              + (Documents.BYTE_LIMIT >> 20)
              + " MiB, the most that is applied at once. Nothing was applied; apply it in several parts.");
    }
  }
}
