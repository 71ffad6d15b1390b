package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.BodyRule;
import dev.ballast.detection.ProbeSpec.Opening;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HttpProberTest {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

  private static ProbeSpec.Http http(@Nullable BodyRule body) {
    return new ProbeSpec.Http(
        false,
        null,
        Opening.NOTHING,
        "GET",
        "/healthz",
        "b1.example.test",
        Map.of("x-probe", "yes"),
        Statuses.SUCCESS,
        body);
  }

  private static void answerAll(java.net.Socket connection, String answer) throws IOException {
    while (ScriptedServer.readHead(connection)) {
      ScriptedServer.write(connection, answer);
    }
  }

  @Test
  void shouldAskWhatIsConfiguredAndReuseItsConnection() {
    var head = new CompletableFuture<String>();
    try (var server =
            new ScriptedServer(
                connection -> {
                  head.complete(ScriptedServer.head(connection));
                  ScriptedServer.write(connection, OK);
                  answerAll(connection, OK);
                });
        var driver = new ProbeDriver(server.port(), http(BodyRule.containing("ell")))) {
      driver.assertGood();
      driver.assertGood();
      assertThat(server.connections()).isEqualTo(1);
      assertThat(driver.probe(true)).isInstanceOf(Outcome.Good.class);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(head.join())
          .startsWith("GET /healthz HTTP/1.1\r\n")
          .contains("host: b1.example.test\r\n", "x-probe: yes\r\n", "user-agent: ballast-probe");
    }
  }

  @Test
  void shouldSayWhichStatusAndWhichWasWanted() {
    try (var server =
            new ScriptedServer(
                connection ->
                    answerAll(connection, "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"));
        var driver = new ProbeDriver(server.port(), http(null))) {
      driver.assertFails(Kind.WRONG, "status 503, wanted 200–299");
    }
  }

  @Test
  void shouldLookIntoTheBody() {
    try (var server = new ScriptedServer(connection -> answerAll(connection, OK));
        var driver = new ProbeDriver(server.port(), http(BodyRule.containing("goodbye")))) {
      driver.assertFails(Kind.WRONG, "the body has no \"goodbye\"");
    }
  }

  @Test
  void shouldSkipInterimAnswers() {
    try (var server =
            new ScriptedServer(
                connection -> answerAll(connection, "HTTP/1.1 103 Early Hints\r\n\r\n" + OK));
        var driver = new ProbeDriver(server.port(), http(null))) {
      driver.assertGood();
      driver.assertGood();
    }
  }

  @Test
  void shouldNotReadAnEndlessBody() {
    try (var server =
            new ScriptedServer(
                connection -> {
                  ScriptedServer.readHead(connection);
                  ScriptedServer.write(connection, "HTTP/1.1 200 OK\r\n\r\n");
                  while (true) {
                    ScriptedServer.write(connection, "x".repeat(10_000));
                  }
                });
        var driver = new ProbeDriver(server.port(), http(null))) {
      driver.assertGood();
    }
  }

  @Test
  void shouldAskAgainWhereAReusedConnectionWasClosed() {
    try (var server =
            new ScriptedServer(
                connection -> {
                  ScriptedServer.readHead(connection);
                  ScriptedServer.write(connection, OK);
                  ScriptedServer.readHead(connection);
                });
        var driver = new ProbeDriver(server.port(), http(null))) {
      driver.assertGood();
      driver.assertGood();
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void shouldSayWhatItWaitedForWhenTimeIsUp() throws Exception {
    var over = new CountDownLatch(1);
    try (var mute = new ScriptedServer(connection -> over.await());
        var slow =
            new ScriptedServer(
                connection -> {
                  ScriptedServer.write(
                      connection, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe");
                  over.await();
                });
        var first = new ProbeDriver(mute.port(), http(null), Duration.ofMillis(200));
        var second = new ProbeDriver(slow.port(), http(null), Duration.ofMillis(200))) {
      first.assertFails(Kind.SILENT, "timed out after 200 ms waiting for the head");
      second.assertFails(Kind.SILENT, "timed out after 200 ms reading the body");
    } finally {
      over.countDown();
    }
  }

  @Test
  void shouldTellRefusedFromBroken() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (var driver = new ProbeDriver(port, http(null))) {
      driver.assertFails(Kind.REFUSED, "connection refused");
    }
    try (var server =
            new ScriptedServer(
                connection -> {
                  ScriptedServer.readHead(connection);
                  connection.setSoLinger(true, 0);
                });
        var driver = new ProbeDriver(server.port(), http(null))) {
      driver.assertFails(Kind.BROKEN, "connection reset while waiting for the head");
    }
    try (var server = new ScriptedServer(ScriptedServer::readHead);
        var driver = new ProbeDriver(server.port(), http(null))) {
      driver.assertFails(Kind.BROKEN, "connection closed while waiting for the head");
    }
  }

  @Test
  void shouldCallNonsenseNoAnswer() {
    for (String nonsense :
        List.of("SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "\0\0\0\0\r\n\r\n")) {
      try (var server =
              new ScriptedServer(
                  connection -> {
                    ScriptedServer.readHead(connection);
                    ScriptedServer.write(connection, nonsense);
                  });
          var driver = new ProbeDriver(server.port(), http(null))) {
        assertThat(driver.probe(false)).as(nonsense).isInstanceOf(Outcome.Failed.class);
      }
    }
  }

  @Test
  void shouldIntroduceItselfByTheProxyProtocol() {
    var first = new CompletableFuture<String>();
    try (var server =
            new ScriptedServer(
                connection -> {
                  var line = new StringBuilder();
                  while (!line.toString().endsWith("\n")) {
                    line.append((char) connection.getInputStream().read());
                  }
                  first.complete(line.toString());
                  answerAll(connection, OK);
                });
        var driver =
            new ProbeDriver(
                server.port(),
                new ProbeSpec.Http(
                    false,
                    null,
                    Opening.PROXY_V1,
                    "GET",
                    "/",
                    "h",
                    Map.of(),
                    Statuses.SUCCESS,
                    null))) {
      driver.assertGood();
      assertThat(first.join()).isEqualTo("PROXY UNKNOWN\r\n");
    }
  }
}
