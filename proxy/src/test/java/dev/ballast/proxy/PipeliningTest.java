package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests sent ahead, whose turn comes after an answer of ours. */
class PipeliningTest {
  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(TestBackend... backends) {
    return proxy
        .use(
            Configuration.http(proxy.port(), backends)
                .pool("web", Patience.firstByte(300), Optional.empty()))
        .client();
  }

  @Test
  void shouldServeTheNextPipelinedRequestAfterAnsweringForABackend() {
    String twice = "GET / HTTP/1.1\r\nHost: any.test\r\n\r\n".repeat(2);
    var gone = TestBackend.named("gone");
    gone.close();
    try (var client = clientOf(gone)) {
      client.send(twice);
      assertThat(client.read().status()).isEqualTo(502);
      assertThat(client.read().status()).isEqualTo(502);
    }
    try (var silent = TestBackend.running(conversation -> conversation.in().readAllBytes());
        var client = clientOf(silent)) {
      client.send(twice);
      assertThat(client.read().status()).isEqualTo(504);
      assertThat(client.read().status()).isEqualTo(504);
    }
  }

  @Test
  void shouldAnswerManyPipelinedRequestsByItselfWithoutADeepStack() {
    try (var client = clientOf()) {
      client.send("GET / HTTP/1.1\r\nHost: any.test\r\n\r\n".repeat(5_000));
      for (int i = 0; i < 5_000; i++) {
        assertThat(client.read().status()).isEqualTo(503);
      }
    }
  }
}
