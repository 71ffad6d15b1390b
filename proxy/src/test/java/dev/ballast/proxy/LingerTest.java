package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Kind;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The last answer of a connection reaches its client, also while that is still sending. */
class LingerTest {
  private static final int LINGER_BYTES = 200_000;
  private static final int SMALL_BUFFER = 4_096;

  private final Proxy proxy =
      Proxy.start(
          settings ->
              settings.withLimits(
                  Limits.defaults()
                      .with(Limit.BUFFERED_BYTES, 16 << 20)
                      .with(Limit.LINGER_BYTES, LINGER_BYTES)));
  private final Semaphore mayAnswer = new Semaphore(0);

  @AfterEach
  void stop() {
    mayAnswer.release(100);
    proxy.close();
  }

  /** Answers as long as this when it is allowed to. */
  private TestBackend answering(int bytes) {
    return TestBackend.running(
        conversation -> {
          while (conversation.readRequest() != null) {
            mayAnswer.acquireUninterruptibly();
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
            conversation.write("a".repeat(bytes));
          }
        });
  }

  private void awaitInFlight(int count) {
    await().until(() -> proxy.metric("ballast_proxy_pool_in_flight{pool=\"web\"}") == count);
  }

  @Test
  void shouldBringTheLastAnswerToAClientThatHasSentRequestsAhead() {
    int length = 1_000_000;
    try (var backend = answering(length)) {
      var configuration = Configuration.http(proxy.port(), backend);
      proxy.use(configuration);
      try (var client = RawClient.to(proxy.port(), SMALL_BUFFER)) {
        client.get("/first");
        awaitInFlight(1);
        proxy.use(configuration.without(Kind.LOAD_BALANCER, "web"));
        client.send("GET /ahead HTTP/1.1\r\nHost: any.test\r\n\r\n".repeat(2_000));
        mayAnswer.release();
        await().until(() -> proxy.metric("ballast_proxy_connections_lingering") == 1);

        RawClient.Answer answer = client.read();

        assertThat(answer.field("Connection")).isEqualTo("close");
        assertThat(answer.text()).hasSize(length);
        assertThat(client.isEnded()).isTrue();
        assertThat(backend.heads()).hasSize(1);
      }
    }
  }

  @Test
  void shouldNotCutAnAnswerOffThatIsStillBeingWrittenForWhatTheClientSends() {
    int length = 7 << 20;
    try (var backend = answering(length)) {
      proxy.use(Configuration.http(proxy.port(), backend));
      try (var client = RawClient.to(proxy.port(), SMALL_BUFFER)) {
        client.send("GET / HTTP/1.1\r\nHost: any.test\r\nConnection: close\r\n\r\n");
        awaitInFlight(1);
        mayAnswer.release();
        awaitInFlight(0);
        client.send("x".repeat(LINGER_BYTES + 1_000));
        await().until(() -> proxy.metric("ballast_proxy_received_bytes_total") > LINGER_BYTES);

        assertThat(client.read().text()).hasSize(length);
        assertThat(client.isEnded()).isTrue();
      }
      assertThat(proxy.metric("ballast_proxy_lingers_cut_off_total")).isZero();
    }
  }

  @Test
  void shouldEndTheLingeringWithAClientThatSendsWithoutEnd() {
    try (var backend = answering(2)) {
      proxy.use(Configuration.http(proxy.port(), backend));
      try (var client = proxy.client().send("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")) {
        assertThat(client.read().status()).isEqualTo(400);
        byte[] more = new byte[LINGER_BYTES];
        await().until(() -> !client.sendIfOpen(more));
      }
      await().until(() -> proxy.metric("ballast_proxy_lingers_cut_off_total") == 1);
      await().until(() -> proxy.metric("ballast_proxy_connections_lingering") == 0);
    }
  }
}
