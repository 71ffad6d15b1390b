package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingLogTest {
  @TempDir Path directory;

  @Test
  void shouldKeepEachFileBelowTheLimitAndDropTheOldest() throws IOException {
    Path file = directory.resolve("lb-1.log");
    try (var log = new RotatingLog(file, 10, 2)) {
      for (int number = 1; number <= 9; number++) {
        write(log, "line" + number + "\n");
      }
    }
    assertThat(file).hasContent("line9");
    assertThat(directory.resolve("lb-1.log.1")).hasContent("line8");
    assertThat(directory.resolve("lb-1.log.2")).hasContent("line7");
    assertThat(directory.resolve("lb-1.log.3")).doesNotExist();
  }

  @Test
  void shouldGoOnWithTheFileOfTheStartBefore() throws IOException {
    Path file = directory.resolve("lb-1.log");
    Files.writeString(file, "before\n");
    try (var log = new RotatingLog(file, 100, 1)) {
      write(log, "after\n");
    }
    assertThat(file).hasContent("before\nafter");
  }

  @Test
  void shouldKeepALineThatIsLongerThanTheLimitInOnePiece() throws IOException {
    Path file = directory.resolve("lb-1.log");
    try (var log = new RotatingLog(file, 4, 1)) {
      write(log, "much longer\n");
      write(log, "x\n");
    }
    assertThat(directory.resolve("lb-1.log.1")).hasContent("much longer");
  }

  @Test
  void shouldLoseWhatCannotBeWrittenRatherThanFail() {
    try (var log = new RotatingLog(directory.resolve("missing/lb-1.log"), 4, 1)) {
      write(log, "lost\n");
    }
    assertThat(directory.resolve("missing")).doesNotExist();
  }

  @Test
  void shouldBeginANewFileWhenItsFileIsMovedAway() throws IOException {
    Path file = directory.resolve("lb-1.log");
    try (var log = new RotatingLog(file, 100, 1)) {
      write(log, "before\n");
      Files.move(file, directory.resolve("archived"));
      write(log, "between\n");
      Files.move(file, directory.resolve("archived-2"));
      Files.createFile(file);
      write(log, "after\n");
    }
    assertThat(directory.resolve("archived")).hasContent("before");
    assertThat(directory.resolve("archived-2")).hasContent("between");
    assertThat(file).hasContent("after");
  }

  @Test
  void shouldSayThatAnAccessLogCannotBeWrittenAndGoOnOnceItCan() throws IOException {
    Path file = directory.resolve("missing/lb-1.access.log");
    byte[] line = "x\n".getBytes(StandardCharsets.UTF_8);
    try (OutputStream log = AccessLogFile.of(new TestShell(directory).shell(), file.toString())) {
      assertThatThrownBy(() -> log.write(line)).isInstanceOf(IOException.class);
      Files.createDirectory(file.getParent());
      log.write(line);
    }
    assertThat(file).hasContent("x");
  }

  private static void write(RotatingLog log, String line) {
    log.write(line.getBytes(StandardCharsets.UTF_8), 0, line.length());
  }
}
