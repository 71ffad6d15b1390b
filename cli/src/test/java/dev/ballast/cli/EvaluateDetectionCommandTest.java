package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluateDetectionCommandTest {
  @TempDir private Path directory;

  private String run(String... more) {
    var arguments = new ArrayList<>(List.of("evaluate-detection", "--hours=0.05", "--deaths=3"));
    arguments.addAll(List.of(more));
    var shell = new TestShell(directory);
    assertThat(shell.run(arguments.toArray(String[]::new))).as(shell.err()).isZero();
    return shell.out();
  }

  @Test
  void shouldCompareDetectorsAndDrawTheirCurves() throws IOException {
    String printed = run("--plot=plots");

    assertThat(printed)
        .contains("φ of the paper", "akka-style", "cassandra-style", "chen", "bertier", "fixed")
        .contains("rec loopback", "rec loss", "rec bursts", "diurnal", "gc")
        .contains("observer pause  10000ms  500    0", "./plots/rate-over-phi.svg");
    assertThat(Files.readString(directory.resolve("plots/bursts-mistakes.svg")))
        .startsWith("<svg")
        .contains("ballast", "chen");
  }

  @Test
  void shouldPrintTheSameForTheSameSeed() {
    assertThat(run("--seed=5")).isEqualTo(run("--seed=5")).isNotEqualTo(run("--seed=6"));
  }

  @Test
  void shouldMakeNoMistakeInDaysOfLossesOneAtATime() {
    assertThat(run("--days=2")).containsPattern("(?m)^2 +17\\d{4} +0$");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--hours=0", "--hours=1001", "--deaths=0", "--days=-1", "--days=4000"})
  void shouldRefuseWhatCannotBe(String argument) {
    var shell = new TestShell(directory);

    assertThat(shell.run("evaluate-detection", argument)).isEqualTo(ExitCode.USAGE.number());
    assertThat(shell.err()).contains(argument.substring(0, argument.indexOf('=')));
    assertThat(shell.out()).isEmpty();
  }
}
