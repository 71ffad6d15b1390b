package dev.ballast.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** What a test measured: a line {@code FIGURE name value} in its output and in {@code target/figures.txt}. */
final class Figures {
  private static final Path FILE = Path.of("target", "figures.txt");

  private Figures() {}

  static void print(String name, double value) {
    print(name, String.format(Locale.ROOT, "%.1f", value));
  }

  static void print(String name, long value) {
    print(name, Long.toString(value));
  }

  static synchronized void print(String name, String value) {
    String line = "FIGURE " + name + " " + value;
    System.out.println(line);
    try {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
