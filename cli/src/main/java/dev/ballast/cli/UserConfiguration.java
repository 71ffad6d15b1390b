package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What Ballast remembers of this user, in {@code $XDG_CONFIG_HOME/ballast} (by default {@code ~/.config/ballast}):
 * {@code current}, the data directory of the system that was started last.
 */
record UserConfiguration(Path directory) {
  static UserConfiguration of(Map<String, String> environment) {
    String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
    String home = environment.getOrDefault("HOME", System.getProperty("user.home", "/"));
    Path base = configured.isEmpty() ? Path.of(home, ".config") : Path.of(configured);
    return new UserConfiguration(base.resolve("ballast"));
  }

  Path pointer() {
    return directory.resolve("current");
  }

  Optional<DataDirectory> current() {
    try {
      return Optional.of(new DataDirectory(Path.of(Files.readString(pointer()).strip())));
    } catch (IOException | InvalidPathException _) {
      return Optional.empty();
    }
  }

  /** A convenience: where nothing can be written, it is simply not there. */
  void remember(DataDirectory data) {
    try {
      Files.createDirectories(directory);
      Files.writeString(pointer(), data.path() + "\n");
    } catch (IOException _) {
      // Then client commands elsewhere need --server.
    }
  }
}
