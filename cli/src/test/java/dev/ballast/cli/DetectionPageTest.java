package dev.ballast.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every table of the page on failure detection is what the command above it prints. */
class DetectionPageTest {
  @TempDir Path directory;

  @Test
  void shouldShowWhatItsCommandsPrint() throws IOException {
    new PageOfCommands(Path.of("../docs/detection-evaluation.md"))
        .check(directory, 2, "DetectionPageTest");
  }
}
