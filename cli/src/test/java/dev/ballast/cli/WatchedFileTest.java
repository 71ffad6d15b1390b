package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways in which others change a file under the eyes of who looks at it. */
class WatchedFileTest {
  private static final int MANY_LOOKS = 50;

  @TempDir Path directory;
  private Path path;
  private WatchedFile file;

  @BeforeEach
  void readTheFirstTime() throws IOException {
    path = Files.writeString(directory.resolve("web.yaml"), "first");
    file = new WatchedFile(new TestShell(directory).shell(), "web.yaml");
    assertThat(text(file.read())).isEqualTo("first");
  }

  @Test
  void shouldSeeNothingNewInAFileThatStaysTheSame() {
    assertThat(nextOfMany()).isEqualTo("nothing");
  }

  @Test
  void shouldSeeWhatWasWrittenIntoTheFile() throws IOException {
    Files.writeString(path, "second one");
    assertThat(nextOfMany()).isEqualTo("second one");
    assertThat(nextOfMany()).isEqualTo("nothing");
  }

  @Test
  void shouldSeeAnotherFileInItsPlace() throws IOException {
    Path other = Files.writeString(directory.resolve(".web.yaml.swp"), "other");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(path));
    Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
    assertThat(nextOfMany()).isEqualTo("other");
  }

  @Test
  void shouldFollowALinkThatIsTurned() throws IOException {
    Path volume = Files.createDirectory(directory.resolve("volume"));
    Files.writeString(Files.createDirectory(volume.resolve("..1")).resolve("a.yaml"), "one");
    Files.writeString(Files.createDirectory(volume.resolve("..2")).resolve("a.yaml"), "two");
    Path data = Files.createSymbolicLink(volume.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(volume.resolve("a.yaml"), Path.of("..data/a.yaml"));
    file = new WatchedFile(new TestShell(directory).shell(), "volume");
    assertThat(text(file.read())).isEqualTo("one\n---\n");

    Path turned = Files.createSymbolicLink(volume.resolve("..tmp"), Path.of("..2"));
    Files.move(turned, data, StandardCopyOption.ATOMIC_MOVE);
    assertThat(nextOfMany()).isEqualTo("two\n---\n");
  }

  @Test
  void shouldNotReadWhatIsStillBeingWritten() throws IOException {
    for (int i = 1; i <= MANY_LOOKS; i++) {
      Files.writeString(path, "part ".repeat(i));
      assertThat(file.look()).isNull();
    }
    assertThat(nextOfMany()).isEqualTo("part ".repeat(MANY_LOOKS));
  }

  @Test
  void shouldFindAChangeThatLeftNoTrace() throws IOException {
    FileTime written = Files.getLastModifiedTime(path);
    Files.writeString(path, "FIRST");
    Files.setLastModifiedTime(path, written);
    assertThat(nextOfMany()).isEqualTo("FIRST");
  }

  @Test
  void shouldNotTakeATouchForAChange() throws IOException {
    Files.setLastModifiedTime(path, FileTime.fromMillis(0));
    assertThat(nextOfMany()).isEqualTo("nothing");
  }

  @Test
  void shouldSayOnceThatTheFileHasGoneAndSeeItComeBack() throws IOException {
    Files.delete(path);
    assertThatThrownBy(this::nextOfMany)
        .isInstanceOf(CommandFailed.class)
        .hasMessage("web.yaml: there is no such file");
    assertThat(nextOfMany()).isEqualTo("nothing");

    Files.writeString(path, "first");
    assertThat(nextOfMany()).isEqualTo("first");
  }

  private String nextOfMany() {
    for (int i = 0; i < MANY_LOOKS; i++) {
      DocumentInput next = file.look();
      if (next != null) {
        return text(next);
      }
    }
    return "nothing";
  }

  private static String text(DocumentInput input) {
    return new String(input.bytes(), StandardCharsets.UTF_8);
  }
}
