package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.DataKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFilesTest {
  private static final DataKey KEY = DataKey.random(new SecureRandom());

  @TempDir private Path directory;

  private Path file(String content, String permissions) throws IOException {
    Path file = Files.writeString(directory.resolve("key"), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------"})
  void shouldReadAKeyThatOnlyItsOwnerMayRead(String permissions) throws IOException {
    assertThat(KeyFiles.dataKey(file(KEY.toBase64() + "\n", permissions))).isEqualTo(KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rwx------"})
  void shouldRefuseAKeyThatIsOpenToOthersAndSayWhatToDo(String permissions) throws IOException {
    Path file = file(KEY.toBase64(), permissions);

    assertThatThrownBy(() -> KeyFiles.dataKey(file))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContainingAll(permissions, "chmod 600")
        .hasMessageNotContaining(KEY.toBase64());
  }

  @Test
  void shouldNotRepeatWhatIsNoKey() throws IOException {
    Path file = file("hush-hush", "rw-------");

    assertThatThrownBy(() -> KeyFiles.dataKey(file))
        .hasMessageContaining("openssl rand -base64 32")
        .hasMessageNotContaining("hush");
    assertThatThrownBy(() -> KeyFiles.fleetKeys(file))
        .isInstanceOf(CommandFailed.class)
        .hasMessageNotContaining("hush");
  }

  @Test
  void shouldNameAFileThatIsNotThere() {
    assertThatThrownBy(() -> KeyFiles.dataKey(directory.resolve("none")))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("none");
  }

  @Test
  void shouldMakeADataKeyOnceAndForItsOwnerOnly() throws IOException {
    var data = new DataDirectory(directory);

    DataKey made = data.dataKey();

    assertThat(data.dataKey()).isEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.dataKeyFile())))
        .isEqualTo("rw-------");
  }
}
