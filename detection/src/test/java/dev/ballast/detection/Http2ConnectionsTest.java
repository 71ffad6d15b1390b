package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.Outcome.Kind;
import dev.ballast.detection.ProbeSpec.Opening;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No connection outlives its use, and none is broken while a probe waits on it. */
class Http2ConnectionsTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(5);

  private static ProbeSpec spec(boolean isWatch) {
    return isWatch
        ? new ProbeSpec.Grpc(null, Opening.NOTHING, "shop.test", "", true)
        : new ProbeSpec.Http(
            true, null, Opening.NOTHING, "GET", "/", "h", Map.of(), Statuses.SUCCESS, null);
  }

  private static ProbeDriver driver(Http2Server server, boolean isWatch, Duration timeout) {
    return new ProbeDriver(server.port(), spec(isWatch), timeout);
  }

  /** Answers after 400 ms. */
  private static Http2Server slow(boolean isWatch) {
    return new Http2Server(
        stream -> {
          var _ =
              stream
                  .executor()
                  .schedule(() -> Http2Server.good(stream, isWatch), 400, TimeUnit.MILLISECONDS);
        });
  }

  private static void awaitOpen(Http2Server server, int count) {
    await().atMost(LONG).untilAsserted(() -> assertThat(server.open()).isEqualTo(count));
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldLeaveNoConnectionToAFrozenServer(boolean isWatch) {
    try (var server = new Http2Server(_ -> {});
        var driver = driver(server, isWatch, SHORT)) {
      for (int i = 0; i < 4; i++) {
        assertThat(driver.probe(true))
            .isInstanceOfSatisfying(
                Outcome.Failed.class, it -> assertThat(it.kind()).isEqualTo(Kind.SILENT));
      }
      await().atMost(LONG).until(() -> server.connections() == 4);
      awaitOpen(server, 0);
    }
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldKeepOneConnectionWhenAskedAfresh(boolean isWatch) {
    try (var server = new Http2Server(stream -> Http2Server.good(stream, isWatch));
        var driver = driver(server, isWatch, LONG)) {
      for (int i = 0; i < 5; i++) {
        assertThat(driver.probe(true)).isInstanceOf(Outcome.Good.class);
        driver.assertGood();
      }
      assertThat(server.connections()).isEqualTo(5);
      awaitOpen(server, 1);
    }
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldNotBreakAProbeUnderWayByAFreshOne(boolean isWatch) {
    try (var server = slow(isWatch);
        var driver = driver(server, isWatch, LONG)) {
      var first = driver.ask(false, Duration.ZERO);
      var second = driver.ask(true, Duration.ofMillis(250));
      assertThat(first.join()).isInstanceOf(Outcome.Good.class);
      assertThat(second.join()).isInstanceOf(Outcome.Good.class);
      assertThat(server.connections()).isEqualTo(2);
      awaitOpen(server, 1);
    }
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldKeepOneConnectionOfTwoThatWereMadeAtOnce(boolean isWatch) {
    try (var server = slow(isWatch);
        var driver = driver(server, isWatch, LONG)) {
      for (var answer : driver.askTwice()) {
        assertThat(answer.join()).isInstanceOf(Outcome.Good.class);
      }
      driver.assertGood();
      assertThat(server.connections()).isEqualTo(2);
      awaitOpen(server, 1);
    }
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldShareAConnectionWhoseFirstAnswerIsStillToCome(boolean isWatch) {
    try (var server = slow(isWatch);
        var driver = driver(server, isWatch, LONG)) {
      var first = driver.ask(false, Duration.ZERO);
      await().atMost(LONG).until(() -> server.requests() == 1);
      var second = driver.ask(false, Duration.ZERO);
      assertThat(first.join()).isInstanceOf(Outcome.Good.class);
      assertThat(second.join()).isInstanceOf(Outcome.Good.class);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldNotAskAgainOnAConnectionThatHasGoneSilent(boolean isWatch) {
    try (var server = new Http2Server(stream -> Http2Server.good(stream, isWatch));
        var driver = driver(server, isWatch, Duration.ofSeconds(1))) {
      driver.assertGood();
      server.forgetConnections();
      driver.assertFails(Kind.SILENT, "timed out");
      driver.assertGood();
      assertThat(server.connections()).isEqualTo(2);
      awaitOpen(server, 1);
    }
  }

  @ParameterizedTest(name = "Watch: {0}")
  @ValueSource(booleans = {false, true})
  void shouldLeaveNothingOpenWhenForgottenDuringAnAnswer(boolean isWatch) {
    try (var server = slow(isWatch);
        var connecting = driver(server, isWatch, LONG);
        var waiting = driver(server, isWatch, LONG)) {
      var first = waiting.ask(false, Duration.ZERO);
      await().atMost(LONG).until(() -> server.requests() == 1);
      waiting.forget();
      var second = connecting.ask(false, Duration.ZERO);
      connecting.forget();
      assertThat(first.join()).isInstanceOf(Outcome.Good.class);
      assertThat(second.join()).isInstanceOf(Outcome.Good.class);
      assertThat(server.connections()).isEqualTo(2);
      awaitOpen(server, 0);
    }
  }
}
