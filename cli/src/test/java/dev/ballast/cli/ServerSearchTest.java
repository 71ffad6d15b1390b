package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSearchTest {
  private static final ServerSearch.Given NOTHING = given(null, null);
  private static final long NO_PROCESS = 1L << 40;

  @TempDir Path directory;
  private TestShell shell;

  @BeforeEach
  void standSomewhere() {
    shell = new TestShell(directory);
  }

  @Test
  void shouldPreferWhatIsGiven() throws IOException {
    running(directory.resolve("ballast-data"), "http://127.0.0.1:7070", "local");
    shell.with("BALLAST_SERVER", "http://elsewhere:1").with("BALLAST_TOKEN", "of-environment");
    Endpoint endpoint = find(given("https://given:7443", "given-token"));
    assertThat(endpoint.server()).isEqualTo(URI.create("https://given:7443"));
    assertThat(endpoint.token()).isEqualTo("given-token");
  }

  @Test
  void shouldPreferTheEnvironmentToWhatRunsHere() throws IOException {
    running(directory.resolve("ballast-data"), "http://127.0.0.1:7070", "local");
    shell.with("BALLAST_SERVER", "elsewhere:1").with("BALLAST_TOKEN", "of-environment");
    Endpoint endpoint = find(NOTHING);
    assertThat(endpoint.server()).isEqualTo(URI.create("http://elsewhere:1"));
    assertThat(endpoint.token()).isEqualTo("of-environment");
  }

  @Test
  void shouldFindWhatRunsHereAndItsToken() throws IOException {
    running(directory.resolve("ballast-data"), "http://127.0.0.1:7070", "local");
    Endpoint endpoint = find(NOTHING);
    assertThat(endpoint.server()).isEqualTo(URI.create("http://127.0.0.1:7070"));
    assertThat(endpoint.token()).isEqualTo("local");
    assertThat(endpoint.source()).isEqualTo("./ballast-data");
  }

  @Test
  void shouldFindTheSystemThatThisUserStartedLast() throws IOException {
    DataDirectory data = running(directory.resolve("far/away"), "http://127.0.0.1:7170", "far");
    UserConfiguration.of(shell.shell().environment()).remember(data);
    assertThat(find(NOTHING).token()).isEqualTo("far");
  }

  @Test
  void shouldPassOverASystemThatHasBeenKilled() throws IOException {
    var dead = new DataDirectory(Files.createDirectory(directory.resolve("ballast-data")));
    dead.announce(new DataDirectory.Running(NO_PROCESS, URI.create("http://127.0.0.1:1")));
    DataDirectory data = running(directory.resolve("far/away"), "http://127.0.0.1:7170", "far");
    UserConfiguration.of(shell.shell().environment()).remember(data);
    assertThat(find(NOTHING).server()).isEqualTo(URI.create("http://127.0.0.1:7170"));
  }

  @Test
  void shouldUseTheLocalTokenForALocalAddress() throws IOException {
    running(directory.resolve("ballast-data"), "http://127.0.0.1:7070", "local");
    assertThat(find(given("http://127.0.0.1:7070/", null)).token()).isEqualTo("local");
    assertThat(find(given("http://127.0.0.1:7071/", null)).token()).isEmpty();
  }

  @Test
  void shouldReadATokenFile() throws IOException {
    Files.writeString(directory.resolve("secret"), "from-file\n");
    var given =
        new ServerSearch.Given(
            Optional.of("http://h:1"),
            Optional.empty(),
            Optional.of(Path.of("secret")),
            Optional.empty());
    assertThat(find(given).token()).isEqualTo("from-file");
  }

  @Test
  void shouldSayInOneLineWhereItLookedAndWhatToStart() {
    shell.with("BALLAST_COMMAND", "./ballast");
    assertThatThrownBy(() -> find(NOTHING))
        .isInstanceOfSatisfying(
            CommandFailed.class,
            failure -> {
              assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_RUNNING);
              assertThat(failure)
                  .hasMessage(
                      "no running system found (looked at --server, BALLAST_SERVER, ./ballast-data)."
                          + " Start one with: ./ballast up");
            });
  }

  @Test
  void shouldRefuseWhatIsNoAddress() {
    assertThatThrownBy(() -> find(given("ftp://x", null))).hasMessageContaining("--server");
    assertThatThrownBy(() -> find(given("a b", null))).hasMessageContaining("--server");
  }

  @Test
  void shouldTakeATokenOutOfTheAddressAndNeverShowIt() {
    shell.with("BALLAST_TOKEN", "of-environment");
    Endpoint endpoint = find(given("https://:secret@h:1/", null));
    assertThat(endpoint.token()).isEqualTo("secret");
    assertThat(endpoint.server()).isEqualTo(URI.create("https://h:1"));
    assertThat(endpoint.toString()).doesNotContain("secret");
    assertThat(find(given("https://:secret@h:1", "given")).token()).isEqualTo("given");
    for (String wrong : List.of("https://:secret@a b", "ftp://:secret@h", "https://:secret,x@h")) {
      assertThatThrownBy(() -> find(given(wrong, null)))
          .hasMessageContaining("--server")
          .hasMessageNotContaining("secret");
    }
  }

  private Endpoint find(ServerSearch.Given given) {
    return new ServerSearch(shell.shell()).find(given);
  }

  private static ServerSearch.Given given(
      @org.jspecify.annotations.Nullable String server,
      @org.jspecify.annotations.Nullable String token) {
    return new ServerSearch.Given(
        Optional.ofNullable(server),
        Optional.ofNullable(token),
        Optional.empty(),
        Optional.empty());
  }

  private static DataDirectory running(Path path, String server, String token) throws IOException {
    var data = new DataDirectory(Files.createDirectories(path));
    data.announce(new DataDirectory.Running(ProcessHandle.current().pid(), URI.create(server)));
    Files.writeString(data.tokenFile(), token + "\n");
    return data;
  }
}
