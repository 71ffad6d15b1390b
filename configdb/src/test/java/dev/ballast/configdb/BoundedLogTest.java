package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BoundedLogTest {
  @TempDir Path directory;

  @Test
  void shouldKeepOneOlderFile() {
    Path file = directory.resolve("log");
    try (var log = new BoundedLog(file, 20)) {
      log.add("first line");
      log.add("second line");
      log.add("third line");
      assertThat(log.recentLines()).containsExactly("first line", "second line", "third line");
    }
    assertThat(file).hasContent("third line");
    assertThat(directory.resolve("log.1")).hasContent("second line");
  }

  @Test
  void shouldContinueAnExistingFile() {
    Path file = directory.resolve("log");
    for (String line : new String[] {"one", "two"}) {
      try (var log = new BoundedLog(file, 100)) {
        log.add(line);
      }
    }
    assertThat(file).hasContent("one\ntwo");
  }
}
