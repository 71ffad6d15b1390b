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

class EvaluateTablesCommandTest {
  @TempDir private Path directory;

  private String run(String... more) {
    var arguments =
        new ArrayList<>(List.of("evaluate-tables", "--entries=251,4099", "--backends=20"));
    arguments.addAll(List.of("--draws=3", "--failures=1,5"));
    arguments.addAll(List.of(more));
    var shell = new TestShell(directory);
    assertThat(shell.run(arguments.toArray(String[]::new))).as(shell.err()).isZero();
    return shell.out();
  }

  @Test
  void shouldPrintATableOfEachExperiment() {
    List<String> lines = run().lines().toList();

    assertThat(lines).hasSize(8 + 1 + 6);
    // 4,099 entries are 204 or 205 for each of 20.
    assertThat(lines)
        .anySatisfy(line -> assertThat(line).matches("maglev +4099 +0\\.995 +1\\.000 +0\\.02% .*"))
        .anySatisfy(line -> assertThat(line).matches("ring-hash +251 .*"))
        .anySatisfy(line -> assertThat(line).matches("rendezvous +4099 .*"))
        .anySatisfy(line -> assertThat(line).matches("4099 +5 of 20 +2[45]\\.\\d\\d% .*"));
  }

  @Test
  void shouldPrintTheSameForTheSameSeed() {
    assertThat(run("--seed=5")).isEqualTo(run("--seed=5")).isNotEqualTo(run("--seed=6"));
  }

  @Test
  void shouldDrawPlots() throws IOException {
    assertThat(run("--plot", "plots")).contains("./plots/evenness.svg", "./plots/disruption.svg");

    assertThat(Files.readString(directory.resolve("plots/evenness.svg")))
        .startsWith("<svg")
        .contains("maglev", "ring-hash", "rendezvous", "most, of 4099");
    assertThat(Files.readString(directory.resolve("plots/disruption.svg")))
        .contains("built anew, 251", "skipped, 4099");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--entries=252",
        "--entries=65537,12",
        "--backends=1",
        "--backends=65536",
        "--failures=20",
        "--failures=0",
        "--draws=0",
        "--tables=0"
      })
  void shouldRefuseWhatCannotBe(String argument) {
    var shell = new TestShell(directory);

    String option = argument.substring(0, argument.indexOf('='));
    var arguments = new ArrayList<>(List.of("evaluate-tables", argument));
    List.of("--entries=251", "--backends=20").stream()
        .filter(other -> !other.startsWith(option))
        .forEach(arguments::add);
    int exitCode = shell.run(arguments.toArray(String[]::new));

    assertThat(exitCode).isEqualTo(ExitCode.USAGE.number());
    assertThat(shell.err()).contains(option);
    assertThat(shell.out()).isEmpty();
  }
}
