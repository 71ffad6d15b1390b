package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every table of the page on algorithms is what the command above it prints. */
class ChoosingPageTest {
  private static final Path PAGE = Path.of("../docs/choosing-an-algorithm.md");
  private static final Pattern BLOCK =
      Pattern.compile("```console\\n\\$ ballast ([^\\n]*)\\n([^`]*)```");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @TempDir Path directory;

  @Test
  void shouldShowWhatItsCommandsPrint() throws IOException {
    String page = Files.readString(PAGE);
    String renewed =
        BLOCK
            .matcher(page)
            .replaceAll(
                block ->
                    java.util.regex.Matcher.quoteReplacement(
                        "```console\n$ ballast "
                            + block.group(1)
                            + "\n"
                            + printed(block.group(1))
                            + "```"));
    if (Boolean.getBoolean("ballast.write")) {
      Files.writeString(PAGE, renewed);
    }
    assertThat(BLOCK.matcher(page).results().count()).isGreaterThan(5);
    assertThat(PAGE)
        .as(
            "docs/choosing-an-algorithm.md, which -Dtest=ChoosingPageTest -Dballast.write=true writes anew")
        .hasContent(renewed);
  }

  private String printed(String command) {
    List<String> words =
        WORD.matcher(command)
            .results()
            .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
            .toList();
    var shell = new TestShell(directory);
    assertThat(shell.run(words.toArray(String[]::new))).as(command).isZero();
    return shell.out();
  }
}
