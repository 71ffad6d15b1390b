package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
  private static final Path DOCUMENT = Path.of("../docs/cli.md");

  @TempDir Path directory;

  static Stream<CommandLine> commands() {
    return below(Commands.all(new TestShell(Path.of("")).shell()));
  }

  private static Stream<CommandLine> below(CommandLine parent) {
    return parent.getSubcommands().values().stream()
        .flatMap(command -> Stream.concat(Stream.of(command), below(command)));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldDescribeEveryOptionAndShowItsDefault(CommandLine command) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      String name = command.getCommandName() + " " + option.longestName();
      assertThat(option.description()).as(name).isNotEmpty();
      boolean showsDefault =
          isSwitch(option)
              || option.required()
              || option.defaultValue() != null
              || String.join(" ", option.description()).contains("(default: ");
      assertThat(showsDefault).as(name + " shows its default").isTrue();
    }
    command
        .getCommandSpec()
        .positionalParameters()
        .forEach(one -> assertThat(one.description()).as(one.paramLabel()).isNotEmpty());
  }

  private static boolean isSwitch(OptionSpec option) {
    return option.arity().max() == 0;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldExplainExitCodesInEveryHelp(CommandLine command) {
    assertThat(command.getUsageMessage())
        .startsWith("Usage: " + command.getCommandSpec().qualifiedName())
        .contains("It ends with:")
        .containsPattern("\n +3 +committed, but not in use on every LB server\n")
        .endsWith("\n");
  }

  @Test
  void shouldKeepTheDocumentInStep() throws IOException {
    String generated = CommandDocument.text(Commands.all(new TestShell(directory).shell()));
    if (Boolean.getBoolean("ballast.write")) {
      Files.writeString(DOCUMENT, generated);
    }
    assertThat(DOCUMENT)
        .as("docs/cli.md, which -Dtest=HelpTest -Dballast.write=true writes anew")
        .hasContent(generated);
  }

  @Test
  void shouldPrintHelpOnRequest() {
    var shell = new TestShell(directory);
    assertThat(shell.run("--help")).isZero();
    assertThat(shell.run("apply", "--help")).isZero();
    assertThat(shell.out()).contains("Commands:").contains("Usage: ballast apply");
  }

  @Test
  void shouldPrintTheVersion() {
    var shell = new TestShell(directory);
    assertThat(shell.run("version")).isZero();
    assertThat(shell.run("--version")).isZero();
    assertThat(shell.out().lines()).hasSize(2).allMatch(line -> line.startsWith("ballast "));
  }

  @Test
  void shouldSayInOneLineHowItWasUsedWrongly() {
    var shell = new TestShell(directory);
    assertThat(shell.run("apply")).isEqualTo(2);
    assertThat(shell.err())
        .isEqualTo(
            "ballast apply: Missing required option: '--file=FILE|-|DIR' (see: ballast apply --help)\n");
  }

  @Test
  void shouldSuggestTheCommandThatWasMeant() {
    var shell = new TestShell(directory);
    assertThat(shell.run("aply")).isEqualTo(2);
    assertThat(shell.err()).contains("Did you mean: ballast apply");
  }

  @Test
  void shouldShowItsCommandsWhenNoneIsGiven() {
    var shell = new TestShell(directory);
    assertThat(shell.run()).isEqualTo(2);
    assertThat(shell.err()).contains("Missing required subcommand");
  }

  @Test
  void shouldCompleteCommandsInTheShell() throws IOException, InterruptedException {
    var shell = new TestShell(directory);
    assertThat(shell.run("completion")).isZero();
    Path script = Files.writeString(directory.resolve("completion"), shell.out());
    var bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source "
                    + script
                    + "; COMP_WORDS=(ballast dr); COMP_CWORD=1; _complete_ballast; echo ${COMPREPLY[@]}")
            .redirectErrorStream(true)
            .start();
    assertThat(
            new String(
                bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("drain\n");
    assertThat(bash.waitFor()).isZero();
  }

  @Test
  void shouldListLogsAndPrintOne() throws IOException {
    var shell = new TestShell(directory);
    assertThat(shell.run("logs")).isEqualTo(4);
    Path logs = Files.createDirectories(directory.resolve("ballast-data/logs"));
    Files.writeString(logs.resolve("lb-1.log"), "one\ntwo\n");
    Files.writeString(logs.resolve("lb-1.log.1"), "zero\n");
    assertThat(shell.run("logs")).isZero();
    assertThat(shell.run("logs", "lb-1", "-n", "1")).isZero();
    assertThat(shell.out()).isEqualTo("lb-1\ntwo\n");
    assertThat(shell.run("logs", "lb-9")).isEqualTo(1);
    assertThat(shell.err())
        .contains("there is no log of \"lb-9\" in ./ballast-data/logs, but of: lb-1");
  }
}
