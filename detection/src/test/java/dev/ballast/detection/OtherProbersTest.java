package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.Opening;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtherProbersTest {
  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldConnectByTcp() throws Exception {
    int port;
    try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var driver =
            new ProbeDriver(server.getLocalPort(), new ProbeSpec.Tcp(null, Opening.NOTHING))) {
      port = server.getLocalPort();
      driver.assertGood();
      driver.assertGood();
    }
    try (var driver = new ProbeDriver(port, new ProbeSpec.Tcp(null, Opening.NOTHING))) {
      driver.assertFails(Kind.REFUSED, "connection refused");
    }
  }

  @Test
  void shouldAskByDatagram() throws Exception {
    try (var server =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Thread.ofVirtual().start(() -> echo(server));
      int port = server.getLocalPort();
      try (var good = new ProbeDriver(port, new ProbeSpec.Udp(bytes("ping"), bytes("pi")));
          var any = new ProbeDriver(port, new ProbeSpec.Udp(bytes("x"), bytes("")));
          var other = new ProbeDriver(port, new ProbeSpec.Udp(bytes("ping"), bytes("pong")))) {
        good.assertGood();
        any.assertGood();
        other.assertFails(Kind.WRONG, "does not begin with");
      }
    }
  }

  @Test
  void shouldKnowAClosedDatagramPortFromASilentOne() throws Exception {
    try (var server =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var silent =
            new ProbeDriver(
                server.getLocalPort(),
                new ProbeSpec.Udp(bytes("ping"), bytes("")),
                Duration.ofMillis(100))) {
      silent.assertFails(Kind.SILENT, "timed out after 100 ms waiting for a datagram");
    }
    int closed;
    try (var server =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      closed = server.getLocalPort();
    }
    try (var driver = new ProbeDriver(closed, new ProbeSpec.Udp(bytes("ping"), bytes("")))) {
      driver.assertFails(Kind.REFUSED, "connection refused");
    }
  }

  private static void echo(DatagramSocket server) {
    var packet = new DatagramPacket(new byte[100], 100);
    try {
      while (true) {
        server.receive(packet);
        server.send(packet);
      }
    } catch (java.io.IOException _) {
      // Closed: the test is over.
    }
  }

  @Test
  void shouldRunAProgram() {
    try (var good = command("sh", "-c", "test -n \"$BALLAST_ADDRESS\" && test $BALLAST_PORT = 1");
        var bad = command("sh", "-c", "echo it is   broken; exit 3");
        var missing = command("/no/such/program");
        var slow = command("sleep", "100")) {
      good.assertGood();
      bad.assertFails(Kind.WRONG, "exit code 3: it is broken");
      missing.assertFails(Kind.NOT_ASKED, "/no/such/program");
      assertThat(slow.probe(false))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.kind()).isEqualTo(Kind.SILENT));
    }
  }

  @Test
  void shouldTellAProgramNothingOfItsOwnEnvironmentButThePath() {
    String shells = "PATH|BALLAST_ADDRESS|BALLAST_PORT|PWD|OLDPWD|SHLVL|_";
    assertThat(System.getenv().keySet()).anyMatch(name -> !name.matches(shells));
    try (var bare =
        command(
            "sh", "-c", "test -n \"$PATH\" && ! env | cut -d= -f1 | grep -vxE '" + shells + "'")) {
      bare.assertGood();
    }
  }

  private static ProbeDriver command(String... words) {
    return new ProbeDriver(1, new ProbeSpec.Command(List.of(words)), Duration.ofMillis(500));
  }
}
