package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void shouldPrintTheLastLines() throws IOException {
    Path file = written("one\ntwo\nthree\n");
    new LogTail(file, out).printLast(2);
    assertThat(printed()).isEqualTo("two\nthree\n");
  }

  @Test
  void shouldPrintAllOfAShortLog() throws IOException {
    new LogTail(written("one\ntwo"), out).printLast(10);
    assertThat(printed()).isEqualTo("one\ntwo");
  }

  @Test
  void shouldPrintNothingOfAnEmptyLog() throws IOException {
    new LogTail(written(""), out).printLast(10);
    assertThat(printed()).isEmpty();
  }

  @Test
  void shouldFindLinesBeyondTheLastChunk() throws IOException {
    String longLine = "x".repeat(100_000);
    new LogTail(written("one\n" + longLine + "\nlast\n"), out).printLast(2);
    assertThat(printed()).isEqualTo(longLine + "\nlast\n");
  }

  @Test
  void shouldFollowAcrossARotation() throws IOException, InterruptedException {
    Path file = written("one\n");
    var tail = new LogTail(file, out);
    tail.printLast(10);
    Thread follower = Thread.ofPlatform().start(() -> follow(tail));
    try {
      Files.writeString(file, "two\n", StandardOpenOption.APPEND);
      await().until(() -> printed().endsWith("two\n"));
      Files.move(file, directory.resolve("lb-1.log.1"));
      Files.writeString(file, "three\n");
      await().until(() -> printed().equals("one\ntwo\nthree\n"));
    } finally {
      follower.interrupt();
      follower.join();
    }
  }

  private static void follow(LogTail tail) {
    try {
      tail.follow();
    } catch (IOException | InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Path written(String text) throws IOException {
    return Files.writeString(directory.resolve("lb-1.log"), text);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
