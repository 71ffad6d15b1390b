package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortCheckTest {
  private static final PortOwner OWNER = PortOwner.ofThisMachine();

  @Test
  void shouldNameTheOwnerOfATakenPort() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(() -> PortCheck.requireFree(List.of(port(taken.getLocalPort())), OWNER))
          .isInstanceOf(CommandFailed.class)
          .hasMessageContaining(
              "port " + taken.getLocalPort() + " on 127.0.0.1, for a test, is taken by java")
          .hasMessageContaining("(process " + ProcessHandle.current().pid() + ")")
          .hasMessageEndingWith("Nothing was started.");
    }
  }

  @Test
  void shouldNameTheOwnerOfAPortTakenOnEveryAddress() throws IOException {
    try (var taken = new ServerSocket(0)) {
      assertThat(
              OWNER.of(
                  new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), taken.getLocalPort())))
          .contains("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void shouldAcceptFreePorts() throws IOException {
    int free;
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      free = socket.getLocalPort();
    }
    assertThatCode(() -> PortCheck.requireFree(List.of(port(free)), OWNER))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldSayHowToFindAnOwnerThatIsHidden() {
    var hidden = new PortOwner(Path.of("/no/such/proc"));
    assertThat(hidden.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1)))
        .contains("sudo ss -ltnp");
  }

  @Test
  void shouldTellUsableAddresses() {
    assertThat(PortCheck.isUsable("127.0.0.1")).isTrue();
    assertThat(PortCheck.isUsable("192.0.2.1")).isFalse();
  }

  @Test
  void shouldGiveServersOnOneAddressPortsOfTheirOwn() {
    assertThat(LocalServer.onSharedAddress(1))
        .isEqualTo(new LocalServer("lb-2", "127.0.0.1", 7171, 100));
    assertThat(LocalServer.onSharedAddress(1).port(8080)).isEqualTo(8180);
  }

  private static PortCheck.Port port(int number) {
    return new PortCheck.Port("a test", "127.0.0.1", number);
  }
}
