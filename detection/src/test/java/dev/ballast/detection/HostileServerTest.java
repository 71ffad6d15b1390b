package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.Opening;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server sends without end does not keep the loop busy. */
class HostileServerTest {
  private static final Duration LONG = Duration.ofSeconds(5);
  private static final String INTERIM = "HTTP/1.1 103 Early Hints\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  private static final ProbeSpec WATCH =
      new ProbeSpec.Grpc(null, Opening.NOTHING, "shop.test", "", true);
  private static final ProbeSpec CHECK =
      new ProbeSpec.Grpc(null, Opening.NOTHING, "shop.test", "", false);

  private static ProbeSpec http(boolean isHttp2) {
    return new ProbeSpec.Http(
        isHttp2, null, Opening.NOTHING, "GET", "/", "h", Map.of(), Statuses.SUCCESS, null);
  }

  @Test
  void shouldTakeSixteenInterimHeads() {
    try (var server =
            new ScriptedServer(
                connection -> {
                  while (ScriptedServer.readHead(connection)) {
                    ScriptedServer.write(connection, INTERIM.repeat(16) + OK);
                  }
                });
        var driver = new ProbeDriver(server.port(), http(false), LONG)) {
      driver.assertGood();
      driver.assertGood();
    }
  }

  @Test
  void shouldHangUpOnEndlessInterimHeads() {
    try (var server =
            new ScriptedServer(
                connection -> {
                  ScriptedServer.readHead(connection);
                  while (true) {
                    ScriptedServer.write(connection, INTERIM);
                  }
                });
        var driver = new ProbeDriver(server.port(), http(false), LONG)) {
      driver.assertFails(Kind.WRONG, "more than 16 interim heads");
      await().atMost(LONG).untilAsserted(() -> assertThat(server.open()).isZero());
    }
  }

  private static Http2Server interim(int count) {
    return new Http2Server(
        stream -> {
          for (int i = 0; i < count; i++) {
            Http2Server.head(stream, 103, false);
          }
          Http2Server.head(stream, 200, true);
        });
  }

  @Test
  void shouldHangUpOnInterimHeadsOfHttp2() {
    try (var few = interim(16);
        var many = interim(17);
        var good = new ProbeDriver(few.port(), http(true), LONG);
        var bad = new ProbeDriver(many.port(), http(true), LONG);
        var check = new ProbeDriver(many.port(), CHECK, LONG)) {
      good.assertGood();
      bad.assertFails(Kind.WRONG, "more than 16 interim heads");
      check.assertFails(Kind.WRONG, "more than 16 interim heads");
      await().atMost(LONG).untilAsserted(() -> assertThat(many.open()).isZero());
    }
  }

  @Test
  void shouldTakeAHundredMessagesOfAWatchBetweenTwoProbes() {
    try (var server = new Http2Server(stream -> greet(stream, 100));
        var driver = new ProbeDriver(server.port(), WATCH, LONG)) {
      driver.assertGood();
      driver.assertGood();
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void shouldHangUpOnMoreMessagesAndSaySoAtTheNextProbe() {
    try (var server = new Http2Server(stream -> greet(stream, 101));
        var driver = new ProbeDriver(server.port(), WATCH, LONG)) {
      driver.assertGood();
      await().atMost(LONG).untilAsserted(() -> assertThat(server.open()).isZero());
      driver.assertFails(Kind.WRONG, "more than 100 messages between two probes");
    }
  }

  private static void greet(io.netty.channel.ChannelHandlerContext stream, int times) {
    Http2Server.head(stream, 200, false);
    Http2Server.serving(stream, times);
  }
}
