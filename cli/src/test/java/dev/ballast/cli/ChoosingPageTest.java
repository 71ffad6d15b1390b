package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every table of the page on algorithms is what the command above it prints. */
class ChoosingPageTest {
  @TempDir Path directory;

  @Test
  void shouldShowWhatItsCommandsPrint() throws IOException {
    new PageOfCommands(Path.of("../docs/choosing-an-algorithm.md"))
        .check(directory, 6, "ChoosingPageTest");
  }
}
