package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.Documents;
import dev.ballast.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentInputTest {
  @TempDir Path directory;
  private TestShell shell;

  @BeforeEach
  void standSomewhere() {
    shell = new TestShell(directory);
  }

  @Test
  void shouldReadStandardInput() {
    DocumentInput input = DocumentInput.read(shell.withInput("kind: Pool\n").shell(), "-");
    assertThat(text(input)).isEqualTo("kind: Pool\n");
    assertThat(input.contentType()).isEqualTo("application/yaml");
    assertThat(input.locate(new Problem(1, 1, "kind", "wrong")))
        .isEqualTo("standard input:1: kind: wrong");
  }

  @Test
  void shouldKnowJsonByItsName() throws IOException {
    Files.writeString(directory.resolve("a.json"), "{}");
    assertThat(DocumentInput.read(shell.shell(), "a.json").contentType())
        .isEqualTo("application/json");
  }

  @Test
  void shouldJoinADirectoryAndRememberWhichLineIsWhose() throws IOException {
    Files.createDirectories(directory.resolve("conf/more"));
    Files.writeString(directory.resolve("conf/a.yaml"), "kind: Pool\nname: a");
    Files.writeString(directory.resolve("conf/b.json"), "{\"kind\":\"Pool\",\n\"name\":\"b\"}\n");
    Files.writeString(directory.resolve("conf/more/c.yml"), "kind: Pool\nname: c\n");
    Files.writeString(directory.resolve("conf/README.md"), "not this");
    DocumentInput input = DocumentInput.read(shell.shell(), "conf");
    assertThat(Documents.parse(input.bytes(), Documents.Format.YAML).resources()).hasSize(3);
    assertThat(input.locate(problemAt(input, "name: a"))).startsWith("conf/a.yaml:2: ");
    assertThat(input.locate(problemAt(input, "\"name\":\"b\""))).startsWith("conf/b.json:2: ");
    assertThat(input.locate(problemAt(input, "kind: Pool\nname: c")))
        .startsWith("conf/more/c.yml:1: ");
  }

  @Test
  void shouldRefuseAnInputThatIsTooLarge() {
    shell.withInput("#".repeat(10_000_000));
    assertThatThrownBy(() -> DocumentInput.read(shell.shell(), "-"))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("more than 8 MiB")
        .hasMessageContaining("Nothing was applied");
  }

  @Test
  void shouldNameAFileThatIsNotThere() {
    assertThatThrownBy(() -> DocumentInput.read(shell.shell(), "none.yaml"))
        .hasMessage("none.yaml: there is no such file");
    assertThatThrownBy(() -> DocumentInput.read(shell.shell(), "."))
        .hasMessageContaining("no .yaml, .yml or .json file");
  }

  private static Problem problemAt(DocumentInput input, String text) {
    String before = text(input).substring(0, text(input).indexOf(text));
    return new Problem(1, (int) before.chars().filter(one -> one == '\n').count() + 1, "x", "m");
  }

  private static String text(DocumentInput input) {
    return new String(input.bytes(), StandardCharsets.UTF_8);
  }
}
