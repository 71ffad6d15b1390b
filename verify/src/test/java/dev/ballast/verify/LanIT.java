package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The network that other tests cut: what is cut is apart, and what a killed test has left is in nobody's way. */
final class LanIT {
  private static final int PORT = 7000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void shouldReachTheMachinesOfEachNetworkThatIsJoinedUntilACableIsCut() throws Exception {
    try (var one = Lan.joined();
        var other = Lan.joined()) {
      Lan.Machine here = one.machine("one");
      Lan.Machine there = other.machine("other");
      assertThat(there.address()).isNotEqualTo(here.address());
      try (var _ = listen(here);
          var _ = listen(there)) {
        connect(here, PATIENCE);
        connect(there, PATIENCE);

        here.cutSilently();
        assertThatThrownBy(() -> connect(here, Duration.ofMillis(300)))
            .isInstanceOf(SocketTimeoutException.class);
        connect(there, PATIENCE);

        here.heal();
        connect(here, PATIENCE);
      }
    }
  }

  private static ServerSocket listen(Lan.Machine machine) throws Exception {
    return machine
        .place()
        .call(
            () -> {
              var listener = new ServerSocket();
              listener.bind(new InetSocketAddress(machine.address(), PORT));
              return listener;
            });
  }

  private static void connect(Lan.Machine machine, Duration patience) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(machine.address(), PORT), Math.toIntExact(patience.toMillis()));
    }
  }

  @Test
  void shouldDeleteWhatAKilledTestHasLeftAndNothingElse() throws Exception {
    Process killed = new ProcessBuilder("true").start();
    assertThat(killed.waitFor()).isZero();
    String left = Namespace.prefix(killed.pid()) + "1-switch";
    String cable = "bl" + killed.pid() + "-1";
    Lan.ip("netns", "add", left);
    Lan.ip("link", "add", cable, "type", "veth", "peer", "name", "here", "netns", left);
    String mine = Namespace.prefix() + "mine";
    Lan.ip("netns", "add", mine);

    try (var _ = new Lan()) {
      assertThat(Lan.ip("netns", "list")).doesNotContain(left).contains(mine);
      await("the cable is gone")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(Lan.ip("-o", "link")).doesNotContain(cable));
    } finally {
      Lan.ip("netns", "delete", mine);
    }
  }
}
