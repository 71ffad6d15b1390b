package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.detection.ProbeSpec.Opening;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** No connection outlives its use. */
class HttpConnectionsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  private static final ProbeSpec SPEC =
      new ProbeSpec.Http(
          false, null, Opening.NOTHING, "GET", "/", "h", Map.of(), Statuses.SUCCESS, null);

  @Test
  void shouldLeaveNothingOpenWhenForgottenDuringAnAnswer() throws Exception {
    var asked = new CountDownLatch(1);
    var forgotten = new CountDownLatch(1);
    try (var server =
            new ScriptedServer(
                connection -> {
                  while (ScriptedServer.readHead(connection)) {
                    asked.countDown();
                    forgotten.await();
                    ScriptedServer.write(connection, OK);
                  }
                });
        var driver = new ProbeDriver(server.port(), SPEC)) {
      var answer = driver.ask(false, Duration.ZERO);
      asked.await();
      driver.forget();
      forgotten.countDown();
      assertThat(answer.join()).isInstanceOf(Outcome.Good.class);
      await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(server.open()).isZero());
    }
  }
}
