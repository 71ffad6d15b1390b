package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void shouldWriteOverOneLineOnATerminal() {
    Progress progress = progress(true);
    progress.step("one");
    progress.step("two");
    progress.say("trouble");
    progress.finish();
    assertThat(printed()).isEqualTo("\r\u001b[K  one …\r\u001b[K  two …\r\u001b[Ktrouble\n");
  }

  @Test
  void shouldPrintPlainLinesElsewhere() {
    Progress progress = progress(false);
    progress.step("one");
    progress.say("trouble");
    progress.finish();
    progress.step("later");
    assertThat(printed()).isEqualTo(" 0.0 s  one\ntrouble\nlater\n");
  }

  private Progress progress(boolean isInteractive) {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new Progress(
        new Terminal(stream, stream, isInteractive, false), InstantSource.fixed(TestShell.NOW));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
