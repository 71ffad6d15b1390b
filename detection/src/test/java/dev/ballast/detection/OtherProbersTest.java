package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.Opening;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    } catch (IOException _) {
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

  /** Writes its own process id and that of a child, then never ends. */
  private static ProbeDriver endless(Path pids, Duration timeout) {
    return command(timeout, "sh", "-c", "sleep 1000 & echo $$ $! > '" + pids + "'; wait");
  }

  private static List<ProcessHandle> awaitProcesses(Path pids) {
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> Files.exists(pids) && Files.readString(pids).endsWith("\n"));
    try {
      return Arrays.stream(Files.readString(pids).strip().split(" "))
          .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitGone(List<ProcessHandle> processes) {
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(processes).noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void shouldKillAProgramAndItsChildWhenTimeIsUp(@TempDir Path directory) {
    var pids = directory.resolve("pids");
    try (var driver = endless(pids, Duration.ofSeconds(2))) {
      var outcome = driver.ask(false, Duration.ZERO);
      var processes = awaitProcesses(pids);
      assertThat(processes).hasSize(2);
      assertThat(outcome.join())
          .isInstanceOfSatisfying(
              Outcome.Failed.class, it -> assertThat(it.kind()).isEqualTo(Kind.SILENT));
      awaitGone(processes);
    }
  }

  @Test
  void shouldKillAProgramAndItsChildWhenForgotten(@TempDir Path directory) {
    var pids = directory.resolve("pids");
    var driver = endless(pids, Duration.ofSeconds(15));
    var outcome = driver.ask(false, Duration.ZERO);
    var processes = awaitProcesses(pids);
    assertThat(processes).hasSize(2);
    driver.forget();
    assertThat(outcome.join())
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.kind()).isEqualTo(Kind.NOT_ASKED));
    awaitGone(processes);
  }

  @Test
  void shouldKillAProgramThatStartsWhileItIsForgotten() {
    String mark = "1000." + System.nanoTime();
    var driver = command("sleep", mark);
    var outcome = driver.ask(false, Duration.ZERO);
    driver.forget();
    assertThat(outcome.join()).isInstanceOf(Outcome.Failed.class);
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(5))
        .until(() -> ProcessHandle.current().descendants().noneMatch(it -> isAsked(it, mark)));
  }

  private static boolean isAsked(ProcessHandle process, String word) {
    return process.info().commandLine().orElse("").contains(word);
  }

  @Test
  void shouldTakeAProgramThatMakesWayForTheNextProbeForSilent(@TempDir Path directory) {
    var pids = directory.resolve("pids");
    try (var driver = endless(pids, Duration.ofSeconds(15))) {
      var first = driver.ask(false, Duration.ZERO);
      var processes = awaitProcesses(pids);
      var _ = driver.ask(true, Duration.ZERO);
      assertThat(first.join())
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              it -> {
                assertThat(it.kind()).isEqualTo(Kind.SILENT);
                assertThat(it.reason()).contains("still running when the next probe was due");
              });
      awaitGone(processes);
    }
  }

  @Test
  void shouldNotTakeATargetForSilentWhoseProgramHadNoTurn() {
    var others = new ArrayList<ProbeDriver>();
    try (var waiting = command("true")) {
      for (int i = 0; i < ProbeDriver.PROGRAMS_AT_ONCE; i++) {
        others.add(command(Duration.ofSeconds(15), "sleep", "1000"));
      }
      others.forEach(
          other -> {
            var _ = other.ask(false, Duration.ZERO);
          });
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> waiting.assertFails(Kind.NOT_ASKED, "waiting while too many programs run"));
      others.forEach(ProbeDriver::forget);
      await().atMost(Duration.ofSeconds(10)).untilAsserted(waiting::assertGood);
    } finally {
      others.forEach(ProbeDriver::close);
    }
  }

  private static ProbeDriver command(String... words) {
    return command(Duration.ofMillis(500), words);
  }

  private static ProbeDriver command(Duration timeout, String... words) {
    return new ProbeDriver(1, new ProbeSpec.Command(List.of(words)), timeout);
  }
}
