package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that switch protocols become streams; those that must not, don't. */
class UpgradeTest {
  private static final String SWITCH =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\nX-A: b\r\n\r\n";
  private static final String ASKING =
      "GET /chat HTTP/1.1\r\nHost: any.test\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(TestBackend backend) {
    proxy.use(Configuration.http(proxy.port(), backend));
    return proxy.client();
  }

  private static TestBackend switching(String answer) {
    return TestBackend.running(
        conversation -> {
          conversation.readRequest();
          conversation.write(answer);
          conversation.in().transferTo(conversation.out());
        });
  }

  @Test
  void shouldJoinBothSidesAfterASwitch() throws IOException {
    try (var backend = switching(SWITCH + "first");
        var client = clientOf(backend)) {
      client.send(ASKING + "early");

      assertThat(client.readHead())
          .isEqualTo(
              "HTTP/1.1 101 Switching Protocols\r\nX-A: b\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      assertThat(client.in().readNBytes(10)).asString().isEqualTo("firstearly");
      client.send("GET / HTTP/1.1\r\n\r\n");
      assertThat(client.in().readNBytes(18)).asString().isEqualTo("GET / HTTP/1.1\r\n\r\n");
      assertThat(proxy.metric("ballast_proxy_streams_open")).isEqualTo(1);
      assertThat(proxy.backend("web", "b1").inFlight()).isEqualTo(1);
      client.endOutput();
      assertThat(client.isEnded()).isTrue();
    }
    await()
        .untilAsserted(
            () -> {
              assertThat(proxy.metric("ballast_proxy_streams_open")).isZero();
              assertThat(proxy.metric("ballast_proxy_connections_open")).isZero();
              assertThat(proxy.backend("web", "b1").inFlight()).isZero();
            });
    assertThat(proxy.metric("ballast_proxy_upgrades_total")).isEqualTo(1);
  }

  @Test
  void shouldKeepTheConnectionWhenTheBackendDoesNotSwitch() {
    try (var backend = TestBackend.named("b");
        var client = clientOf(backend)) {
      client.send(ASKING);

      assertThat(client.read().text()).isEqualTo("b");
      assertThat(client.get("/").read().text()).isEqualTo("b");
      assertThat(backend.heads().getFirst())
          .endsWith("\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    }
  }

  @Test
  void shouldNotTakeASwitchToAnotherProtocol() {
    try (var backend = switching(SWITCH.replace("echo", "other"));
        var client = clientOf(backend)) {
      RawClient.Answer answer = client.send(ASKING).read();

      assertThat(answer.status()).isEqualTo(502);
      assertThat(proxy.metric("ballast_proxy_answers_refused_total{reason=\"switched-protocols\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldNotAskForASwitchThatTheClientDoesNotMean() {
    try (var backend = TestBackend.named("b");
        var client = clientOf(backend)) {
      String head = "GET / HTTP/1.1\r\nHost: any.test\r\n";
      client.send(head + "Upgrade: websocket\r\n\r\n").read();
      client.send(head + "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n").read();
      client.send(head + "Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n\r\n").read();
      client
          .send(head + "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n\r\n")
          .read();
      client
          .send(head + "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx")
          .read();

      assertThat(backend.heads()).hasSize(5).noneMatch(sent -> sent.contains("Upgrade"));
    }
  }

  @Test
  void shouldPassAWebSocket() throws Exception {
    var received = new CompletableFuture<String>();
    try (var backend = TestBackend.running(UpgradeTest::echoFrames)) {
      proxy.use(Configuration.http(proxy.port(), backend));
      try (var http = HttpClient.newHttpClient()) {
        WebSocket socket =
            http.newWebSocketBuilder()
                .buildAsync(
                    URI.create("ws://127.0.0.1:" + proxy.port() + "/chat"), listener(received))
                .get(10, TimeUnit.SECONDS);
        socket.sendText("hello over there", true).get(10, TimeUnit.SECONDS);

        assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo("hello over there");
        socket.abort();
      }
    }
  }

  private static WebSocket.Listener listener(CompletableFuture<String> received) {
    return new WebSocket.Listener() {
      @Override
      public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean isLast) {
        received.complete(data.toString());
        return CompletableFuture.completedStage(null);
      }
    };
  }

  /** Sends one short masked frame back unmasked (RFC 6455, section 5.2). */
  private static void echoFrames(TestBackend.Conversation conversation) throws IOException {
    String key = HttpText.field(conversation.readRequest(), "Sec-WebSocket-Key");
    conversation.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accepted(key)
            + "\r\n\r\n");
    int opcode = conversation.in().read();
    int length = conversation.in().read() & 0x7f;
    byte[] mask = conversation.in().readNBytes(4);
    byte[] text = conversation.in().readNBytes(length);
    for (int i = 0; i < length; i++) {
      text[i] ^= mask[i & 3];
    }
    conversation.out().write(opcode);
    conversation.out().write(length);
    conversation.out().write(text);
    conversation.in().transferTo(conversation.out());
  }

  private static String accepted(String key) {
    try {
      byte[] bytes = Grammar.ascii(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
