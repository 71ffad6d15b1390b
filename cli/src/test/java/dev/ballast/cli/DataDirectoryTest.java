package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path directory;

  @Test
  void shouldMakeTheTokenOnceAndForItsOwnerOnly() throws IOException {
    var data = new DataDirectory(directory);
    String token = data.token();
    assertThat(token).hasSize(48);
    assertThat(data.token()).isEqualTo(token);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.tokenFile())))
        .isEqualTo("rw-------");
  }

  @Test
  void shouldRememberWhatRuns() throws IOException {
    var data = new DataDirectory(directory);
    assertThat(data.running()).isEmpty();
    var running =
        new DataDirectory.Running(
            ProcessHandle.current().pid(), URI.create("http://127.0.0.1:7070"));
    data.announce(running);
    assertThat(data.running()).contains(running);
    assertThat(running.isAlive()).isTrue();
    data.withdraw();
    assertThat(data.running()).isEmpty();
  }

  @Test
  void shouldTakeADamagedFileForNone() throws IOException {
    Files.writeString(directory.resolve("running.json"), "{");
    assertThat(new DataDirectory(directory).running()).isEmpty();
  }

  @Test
  void shouldNameWhoHasTheDirectory() throws IOException {
    var data = new DataDirectory(directory.resolve("data"));
    Shell shell = new TestShell(directory).shell();
    try (var lock = DataLock.acquire(data, shell)) {
      assertThat(lock).isNotNull();
      data.announce(new DataDirectory.Running(42, URI.create("http://127.0.0.1:7070")));
      assertThatThrownBy(() -> DataLock.acquire(data, shell))
          .hasMessage(
              "./data is in use by process 42, whose API is http://127.0.0.1:7070."
                  + " Stop that one, or give this one another directory with --data");
    }
    DataLock.acquire(data, shell).close();
  }
}
