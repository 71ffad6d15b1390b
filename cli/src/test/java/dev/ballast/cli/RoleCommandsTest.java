package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoleCommandsTest {
  @TempDir Path directory;
  private TestShell shell;

  @BeforeEach
  void standSomewhere() {
    shell = new TestShell(directory);
  }

  @Test
  void shouldNotServeWithoutAToken() {
    assertThat(shell.run("lb")).isEqualTo(2);
    assertThat(shell.err()).contains("a token is needed: --token-file or $BALLAST_TOKEN");
    assertThat(shell.run("controller", "--database-url", "postgresql://h/d")).isEqualTo(2);
    assertThat(shell.err()).contains("with --database-url a token is needed");
  }

  @Test
  void shouldAskWhichAddressOthersShallUse() {
    shell.with("BALLAST_TOKEN", "0123456789abcdef");
    assertThat(shell.run("lb", "--address", "0.0.0.0")).isEqualTo(2);
    assertThat(shell.err()).contains("--advertise");
    assertThat(shell.run("lb", "--address", "localhost")).isEqualTo(2);
    assertThat(shell.err()).contains("\"localhost\" is not an IP address");
  }

  @Test
  void shouldSayWhoHasTheAdminPort() throws IOException {
    shell.with("BALLAST_TOKEN", "0123456789abcdef");
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(shell.run("lb", "--admin-port", port)).isEqualTo(1);
      assertThat(shell.err())
          .contains("cannot listen on the admin port " + port + " of 127.0.0.1")
          .contains("(process " + ProcessHandle.current().pid() + ")");
    }
  }

  @Test
  void shouldRefuseOptionsThatAreNoneOfTheirKind() {
    shell.with("BALLAST_TOKEN", "0123456789abcdef");
    assertThat(shell.run("lb", "--sync", "shove")).isEqualTo(2);
    assertThat(shell.err()).contains("push, pull or push+pull");
    assertThat(shell.run("lb", "--pull-interval", "1ms")).isEqualTo(2);
    assertThat(shell.err()).contains("the pull interval is at least 100ms");
    assertThat(shell.run("lb", "--zone", "Zone A")).isEqualTo(2);
    assertThat(shell.err()).contains("\"Zone A\" is not a name");
    assertThat(shell.run("lb", "--ordinal", "-1")).isEqualTo(2);
    assertThat(shell.err()).contains("an ordinal is at least 0");
    assertThat(shell.run("backend", "--delay", "soon")).isEqualTo(2);
    assertThat(shell.err()).contains("is not a duration such as 500ms");
    assertThat(shell.run("backend", "--error-rate", "2")).isEqualTo(2);
    assertThat(shell.run("controller", "--database-url", "mysql://h/d")).isEqualTo(2);
  }

  @Test
  void shouldAllowCommandsOnlyWhereItProbes() {
    shell.with("BALLAST_TOKEN", "0123456789abcdef");
    assertThat(shell.run("lb", "--allow-commands")).isEqualTo(2);
    assertThat(shell.err())
        .contains("--allow-commands goes with --config: with a controller, orchestrators probe");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--data", "--state-dir"})
  void shouldNameAnOptionAsItWasWritten(String option) {
    assertThat(shell.run("lb", "--config", "web.yaml", option, "x")).isEqualTo(2);
    assertThat(shell.err()).contains(": " + option + " has no use beside it");
    var other = new TestShell(directory);
    assertThat(other.run("lb", "--config", "web.yaml", option + "=x")).isEqualTo(2);
    assertThat(other.err()).contains(": " + option + " has no use beside it");
    var another = new TestShell(directory);
    assertThat(another.run("lb", option)).isEqualTo(2);
    assertThat(another.err()).contains("'" + option + "'");
  }

  @Test
  void shouldSayEverythingThatIsWrongWithAFileToServe() throws IOException {
    assertThat(shell.run("lb", "--config", "web.yaml")).isEqualTo(1);
    assertThat(shell.err()).contains("web.yaml: there is no such file");

    Files.writeString(directory.resolve("web.yaml"), "kind: LoadBalancer\nnmae: web\n");
    assertThat(shell.run("lb", "--config", "web.yaml")).isEqualTo(1);
    assertThat(shell.err())
        .contains("web.yaml can't be served:")
        .contains("web.yaml:2: nmae: ")
        .contains("web.yaml:1: name: ");

    assertThat(shell.run("lb", "--config", "web.yaml", "--controller", "http://h")).isEqualTo(2);
    assertThat(shell.err()).contains("--controller has no use beside it");
  }

  @Test
  void shouldAskForBothHalvesOfATlsIdentity() {
    shell.with("BALLAST_TOKEN", "0123456789abcdef");
    assertThat(shell.run("controller", "--tls-cert", "c.pem", "--database-url", "postgresql://h/d"))
        .isEqualTo(2);
    assertThat(shell.err()).contains("--tls-cert and --tls-key go together");
  }

  @Test
  void shouldNotStartASystemOverOneThatRuns() throws IOException {
    var data = new DataDirectory(directory.resolve("ballast-data"));
    try (var lock = DataLock.acquire(data, shell.shell())) {
      assertThat(lock).isNotNull();
      assertThat(shell.run("up")).isEqualTo(1);
      assertThat(shell.err()).contains("./ballast-data is in use by");
    }
  }
}
