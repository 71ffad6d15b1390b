package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @ParameterizedTest
  @CsvSource({
    "xterm, '', true",
    "xterm, 1, false",
    "dumb, '', false",
  })
  void shouldColourOnlyWhereItIsWanted(String term, String noColor, boolean expected) {
    assertThat(Terminal.allowsColours(Map.of("TERM", term, "NO_COLOR", noColor)))
        .isEqualTo(expected);
  }

  @Test
  void shouldEndQuietlyWhenItsReaderHasReadEnough() {
    assertThat(runWritingTo("Broken pipe")).isZero();
  }

  @Test
  void shouldFailWhenTheDiskIsFull() {
    assertThat(runWritingTo("No space left on device")).isEqualTo(1);
  }

  private static int runWritingTo(String failure) {
    var failing =
        new OutputStream() {
          @Override
          public void write(int oneByte) throws IOException {
            throw new IOException(failure);
          }
        };
    var shell =
        new Shell(
            new Terminal(
                Terminal.checked(failing),
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                false,
                false),
            Map.of(),
            Path.of(""),
            InputStream.nullInputStream(),
            InstantSource.system());
    return Commands.run(shell, "completion");
  }
}
