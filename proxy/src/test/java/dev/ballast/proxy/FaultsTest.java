package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Timeouts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong with backends and clients, and what the other side gets to see. */
@ParameterizedClass
@MethodSource("dev.ballast.proxy.Transports#available")
class FaultsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final int SHORT_MILLIS = 300;

  private final TransportKind transport;
  private final Proxy proxy;

  FaultsTest(TransportKind transport) {
    this.transport = transport;
    this.proxy = start(Limits.defaults());
  }

  private Proxy start(Limits limits) {
    return Proxy.start(settings -> settings.withTransport(transport).withLimits(limits));
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(TestBackend... backends) {
    return clientOf(Patience.LONG, backends);
  }

  private RawClient clientOf(Timeouts timeouts, TestBackend... backends) {
    Configuration configuration =
        Configuration.http(proxy.port(), backends)
            .pool("web", timeouts, Resiliences.retries(1, 20, 3));
    return proxy.use(configuration).client();
  }

  private void assertFailed(RawClient client, int status, String reason) {
    assertFailed(proxy, client, status, reason);
  }

  private static void assertFailed(Proxy proxy, RawClient client, int status, String reason) {
    RawClient.Answer answer = client.read();
    assertThat(answer.field("Ballast-Reason")).isEqualTo(reason);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text()).endsWith(".\n");
    assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"" + reason + "\"}"))
        .isEqualTo(1);
  }

  private static TestBackend gone() {
    var backend = TestBackend.named("gone");
    backend.close();
    return backend;
  }

  @Test
  void shouldGoToAnotherBackendWhenOneRefuses() {
    try (var backend = TestBackend.named("alive");
        var client = clientOf(gone(), gone(), backend)) {
      for (int i = 0; i < 6; i++) {
        client.send("POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(client.read().text()).isEqualTo("alive");
      }
      assertThat(proxy.metric("ballast_proxy_retries_total"))
          .as("four turns begin at a backend that is gone; who is next is left to chance")
          .isBetween(4.0, 8.0);
    }
  }

  @Test
  void shouldAnswer502WhenNoBackendAcceptsTheConnection() {
    try (var client = clientOf(gone())) {
      assertFailed(client.get("/"), 502, "connect-refused");
      assertThat(client.get("/").read().status()).as("the connection stays").isEqualTo(502);
      assertThat(proxy.backend("web", "b1").failures()).isEqualTo(2);
    }
  }

  @Test
  void shouldGoOnWithPipelinedRequestsAfterOneFailed() {
    try (var client = clientOf(gone())) {
      client.get("/1").get("/2").send("GET /3 HTTP/1.1\r\nHost: any.test\r\n\r\n".repeat(500));
      for (int i = 0; i < 502; i++) {
        assertThat(client.read().status()).isEqualTo(502);
      }
    }
  }

  @Test
  void shouldAnswerManyPipelinedRequestsByItself() {
    try (var client = clientOf()) {
      client.send("GET /3 HTTP/1.1\r\nHost: any.test\r\n\r\n".repeat(20_000));
      for (int i = 0; i < 20_000; i++) {
        assertThat(client.read().status()).isEqualTo(503);
      }
    }
  }

  @Test
  void shouldAnswer503WhenThereIsNoBackend() {
    try (var client = clientOf()) {
      RawClient.Answer answer = client.get("/").read();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text())
          .isEqualTo("No backend of the pool may be picked: pool web has no backends.\n");
    }
  }

  @Test
  void shouldAnswer504WhenABackendDoesNotAcceptTheConnection() throws Exception {
    try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Socket> filling = fill(deaf);
      var configuration =
          new Configuration()
              .httpBalancer("web", proxy.port(), List.of("*"), Configuration.route("web"))
              .pool("web", Patience.connecting(SHORT_MILLIS), Optional.empty())
              .backend("web", "b1", "127.0.0.1:" + deaf.getLocalPort(), 1);
      try (var client = proxy.use(configuration).client()) {
        assertFailed(client.get("/"), 504, "connect-timeout");
      }
      for (Socket socket : filling) {
        socket.close();
      }
    }
  }

  /** Fills the queue of connections to be accepted, so that the kernel answers no further one. */
  private static List<Socket> fill(ServerSocket server) throws IOException {
    var sockets = new ArrayList<Socket>();
    for (int i = 0; i < 8; i++) {
      var socket = new Socket();
      sockets.add(socket);
      try {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()), 100);
      } catch (IOException full) {
        return sockets;
      }
    }
    return sockets;
  }

  @Test
  void shouldAnswer504WhenNoAnswerBegins() {
    try (var backend =
            TestBackend.running(
                conversation -> conversation.in().transferTo(OutputStream.nullOutputStream()));
        var client = clientOf(Patience.firstByte(SHORT_MILLIS), backend)) {
      assertFailed(client.get("/"), 504, "first-byte-timeout");
      await().until(() -> backend.openConnections() == 0);
    }
  }

  @Test
  void shouldAnswer504WhenTheWordToContinueDoesNotCome() {
    try (var backend =
            TestBackend.running(
                conversation -> conversation.in().transferTo(OutputStream.nullOutputStream()));
        var client = clientOf(Patience.firstByte(SHORT_MILLIS), backend)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: any.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertFailed(client, 504, "first-byte-timeout");
    }
  }

  @Test
  void shouldAnswer408WhenTheBodyStopsArriving() {
    try (var backend = TestBackend.named("one");
        var client = clientOf(Patience.idle(SHORT_MILLIS), backend)) {
      client.send("POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 5\r\n\r\nhe");
      assertFailed(client, 408, "client-silent");
      assertThat(client.isEnded()).isTrue();
    }
  }

  @Test
  void shouldAnswer408WhenTheHeadStopsArriving() {
    try (var backend = TestBackend.named("one");
        var strict = start(Limits.defaults().with(Limit.HEAD_MILLIS, SHORT_MILLIS));
        var client = strict.use(Configuration.http(strict.port(), backend)).client()) {
      client.send("GET / HTTP/1.1\r\nHos");
      assertFailed(strict, client, 408, "head-timeout");
      assertThat(client.isEnded()).isTrue();
    }
  }

  @Test
  void shouldCloseAConnectionThatAsksNothing() {
    try (var backend = TestBackend.named("one");
        var strict = start(Limits.defaults().with(Limit.KEEP_ALIVE_MILLIS, SHORT_MILLIS));
        var client = strict.use(Configuration.http(strict.port(), backend)).client()) {
      assertThat(client.isEnded()).isTrue();
      assertThat(strict.metric("ballast_proxy_connections_expired_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldCutTheAnswerOffWhenItStops() {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                  conversation.in().read();
                });
        var client = clientOf(Patience.idle(SHORT_MILLIS), backend)) {
      client.get("/");
      await()
          .until(
              () ->
                  proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"backend-silent\"}")
                      == 1);
      assertThat(isCutOff(client)).isTrue();
    }
  }

  @Test
  void shouldCutTheAnswerOffWhenItsBackendCloses() {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
                });
        var client = clientOf(backend)) {
      client.get("/");
      assertThat(isCutOff(client)).isTrue();
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"closed-in-body\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldCutTheAnswerOffWhenAResetEndsIt() throws IOException {
    var isBegun = new CountDownLatch(1);
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\n\r\nhalf");
                  awaitQuietly(isBegun);
                  conversation.socket().setSoLinger(true, 0);
                  conversation.socket().close();
                });
        var client = clientOf(backend)) {
      assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 200 OK");
      isBegun.countDown();
      assertThatThrownBy(() -> client.in().readAllBytes()).isInstanceOf(SocketException.class);
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"closed-in-body\"}"))
          .isEqualTo(1);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static boolean isCutOff(RawClient client) {
    try {
      client.read();
      return false;
    } catch (AssertionError e) {
      return e.getCause() instanceof IOException;
    }
  }

  @Test
  void shouldLimitTheWholeExchange() {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                  drip(conversation);
                });
        var client = clientOf(Patience.overall(4 * SHORT_MILLIS), backend)) {
      client.get("/");
      assertThat(isCutOff(client)).isTrue();
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"overall-timeout\"}"))
          .isEqualTo(1);
    }
  }

  private static void drip(TestBackend.Conversation conversation) throws IOException {
    conversation.socket().setSoTimeout(50);
    while (true) {
      try {
        if (conversation.in().read() < 0) {
          return;
        }
      } catch (java.net.SocketTimeoutException tick) {
        conversation.write(".");
      }
    }
  }

  @Test
  void shouldHideTheRaceWithABackendThatClosesAnIdleConnection() {
    try (var backend = closingAfterOneUnseen();
        var client = clientOf(backend)) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/" + i).read().text()).isEqualTo("ok");
      }
      assertThat(proxy.metric("ballast_proxy_retries_total")).isGreaterThan(5);
    }
  }

  @Test
  void shouldNotSendARequestTwiceThatMayNotBe() {
    try (var backend = closingAfterOneUnseen();
        var client = clientOf(backend)) {
      assertThat(client.get("/").read().status()).isEqualTo(200);
      client.send("POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 0\r\n\r\n");
      assertFailed(client, 502, "closed-unanswered");
    }
  }

  /** Answers one request of each connection, takes the next one, and hangs up on it: as if it had hung up just before. */
  private static TestBackend closingAfterOneUnseen() {
    return TestBackend.running(
        conversation -> {
          conversation.readRequest();
          conversation.write(OK);
          conversation.readRequest();
        });
  }

  @Test
  void shouldAnswer502WhenABackendHangsUp() {
    var served = new AtomicInteger();
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  served.incrementAndGet();
                });
        var client = clientOf(backend)) {
      assertFailed(client.get("/"), 502, "closed-unanswered");
      assertThat(served).as("one retry, though nobody else is there").hasValue(2);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                       | hello\\r\\n\\r\\n                                                                        | status-line
          a version of its own           | HTTP/2.0 200 OK\\r\\n\\r\\n                                                              | status-line
          a status of two digits         | HTTP/1.1 20 OK\\r\\n\\r\\n                                                               | status-line
          a status beyond 599            | HTTP/1.1 600 OK\\r\\n\\r\\n                                                              | status-line
          a control byte in the reason   | HTTP/1.1 200 O\\001K\\r\\n\\r\\n                                                      | status-line
          LF alone                       | HTTP/1.1 200 OK\\nContent-Length: 0\\n\\n                                                 | bare-lf
          folding                        | HTTP/1.1 200 OK\\r\\nA: b\\r\\n c\\r\\n\\r\\n                                            | obsolete-folding
          space before the colon         | HTTP/1.1 200 OK\\r\\nContent-Length : 0\\r\\n\\r\\n                                      | space-before-colon
          NUL in a field                 | HTTP/1.1 200 OK\\r\\nA: \\000\\r\\n\\r\\n                                              | field-value
          both framings                  | HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | content-length-with-transfer-encoding
          two lengths                    | HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\nhello            | content-length-duplicate
          an unknown transfer coding     | HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n                        | transfer-encoding-unknown
          a switch of protocols          | HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\n\\r\\n                             | switched-protocols
          """)
  void shouldAnswer502ToAMalformedAnswer(String description, String raw, String violation) {
    String answer = raw.translateEscapes();
    try (var backend = TestBackend.answering(answer);
        var client = clientOf(backend)) {
      assertFailed(client.get("/"), 502, "answer-malformed");
      assertThat(proxy.metric("ballast_proxy_answers_refused_total{reason=\"" + violation + "\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldNotReuseAConnectionThatSaidTooMuch() {
    try (var backend =
            TestBackend.answering(OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        var client = clientOf(backend)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").read().text()).isEqualTo("ok");
      }
      assertThat(backend.connections()).isEqualTo(3);
    }
  }

  @Test
  void shouldRefuseAndCloseOnASmuggledRequest() {
    try (var backend = TestBackend.named("one");
        var client = clientOf(backend)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: any.test\r\n\r\n");
      RawClient.Answer answer = client.read();

      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(answer.field("Ballast-Reason")).isEqualTo("content-length-with-transfer-encoding");
      assertThat(client.isEnded()).isTrue();
      assertThat(backend.heads()).isEmpty();
      assertThat(
              proxy.metric(
                  "ballast_proxy_requests_refused_total{reason=\"content-length-with-transfer-encoding\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void shouldLetARefusedClientReadTheAnswerThoughItStillSends() {
    try (var backend = TestBackend.named("one");
        var client = clientOf(backend)) {
      client.send("GET / HTTP/1.1\r\nHost : any.test\r\n\r\n").send(new byte[500_000]);
      assertThat(client.read().status()).isEqualTo(400);
    }
  }
}
