package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the documentation whose console blocks are what the commands above them print. */
record PageOfCommands(Path page) {
  private static final Pattern BLOCK =
      Pattern.compile("```console\\n\\$ ballast ([^\\n]*)\\n([^`]*)```");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  /** Fails unless the page shows what its commands print; writes it anew first where that is asked for. */
  void check(Path directory, int leastBlocks, String test) throws IOException {
    String text = Files.readString(page);
    String renewed =
        BLOCK
            .matcher(text)
            .replaceAll(
                block ->
                    Matcher.quoteReplacement(
                        "```console\n$ ballast "
                            + block.group(1)
                            + "\n"
                            + printed(directory, block.group(1))
                            + "```"));
    if (Boolean.getBoolean("ballast.write")) {
      Files.writeString(page, renewed);
    }
    assertThat(BLOCK.matcher(text).results().count()).isGreaterThanOrEqualTo(leastBlocks);
    assertThat(page)
        .as("%s, which -Dtest=%s -Dballast.write=true writes anew", page, test)
        .hasContent(renewed);
  }

  private static String printed(Path directory, String command) {
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
