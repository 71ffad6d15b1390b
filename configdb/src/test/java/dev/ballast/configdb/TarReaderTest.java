package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TarReaderTest {
  private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
  @TempDir Path directory;

  @Test
  void shouldUnpackFilesDirectoriesAndLinks() throws IOException {
    entry("bin/", '5', 0755, "", "");
    entry("bin/tool", '0', 0755, "x".repeat(700), "");
    entry("lib/data", '0', 0644, "data", "");
    entry("lib/link", '2', 0777, "", "data");
    unpack();
    assertThat(directory.resolve("bin/tool")).hasContent("x".repeat(700)).isExecutable();
    assertThat(directory.resolve("lib/link")).isSymbolicLink().hasContent("data");
    assertThat(Files.isExecutable(directory.resolve("lib/data"))).isFalse();
  }

  @Test
  void shouldLeaveOutWhatIsNotWanted() throws IOException {
    entry("unwanted", '0', 0644, "a".repeat(1024), "");
    entry("wanted", '0', 0644, "b", "");
    TarReader.unpack(
        new ByteArrayInputStream(archive.toByteArray()), directory, name -> name.equals("wanted"));
    assertThat(directory.resolve("unwanted")).doesNotExist();
    assertThat(directory.resolve("wanted")).hasContent("b");
  }

  @Test
  void shouldUnderstandLongNames() throws IOException {
    String name = "d/".repeat(80) + "file";
    entry("././@LongLink", 'L', 0644, name + "\0", "");
    entry(name.substring(0, 99), '0', 0644, "deep", "");
    unpack();
    assertThat(directory.resolve(name)).hasContent("deep");
  }

  @Test
  void shouldRefuseToLeaveItsDirectory() throws IOException {
    entry("../outside", '0', 0644, "x", "");
    assertThatThrownBy(this::unpack)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("outside of its directory");
  }

  @Test
  void shouldRefuseEntriesThatItDoesNotUnderstand() throws IOException {
    entry("device", '3', 0644, "", "");
    assertThatThrownBy(this::unpack).hasMessageContaining("unknown type '3'");
  }

  @Test
  void shouldNoticeATornArchive() throws IOException {
    entry("file", '0', 0644, "x".repeat(600), "");
    byte[] torn = Arrays.copyOf(archive.toByteArray(), 700);
    assertThatThrownBy(() -> TarReader.unpack(new ByteArrayInputStream(torn), directory, _ -> true))
        .isInstanceOf(EOFException.class);
  }

  private void unpack() throws IOException {
    TarReader.unpack(new ByteArrayInputStream(archive.toByteArray()), directory, _ -> true);
  }

  private void entry(String name, char type, int mode, String content, String link)
      throws IOException {
    var header = new byte[512];
    put(header, 0, name);
    put(header, 100, "%07o".formatted(mode));
    put(header, 124, "%011o".formatted(content.length()));
    header[156] = (byte) type;
    put(header, 157, link);
    archive.write(header);
    byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
    archive.write(bytes);
    archive.write(new byte[(512 - bytes.length % 512) % 512]);
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
