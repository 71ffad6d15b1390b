package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests and answers on their way through, with real sockets on both sides. */
class ForwardingTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(TestBackend backend) {
    return proxy.use(Configuration.http(proxy.port(), backend)).client();
  }

  @Test
  void shouldForwardARequestAndItsAnswer() {
    try (var backend = TestBackend.named("one");
        var client = clientOf(backend)) {
      RawClient.Answer answer = client.get("/path?query=1").read();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("one");
      assertThat(answer.field("X-Backend")).isEqualTo("one");
      assertThat(backend.heads())
          .singleElement()
          .asString()
          .startsWith("GET /path?query=1 HTTP/1.1\r\nHost: any.test\r\n");
    }
  }

  @Test
  void shouldKeepBothConnectionsAlive() {
    try (var backend = TestBackend.named("one");
        var client = clientOf(backend)) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.get("/" + i).read().status()).isEqualTo(200);
      }

      assertThat(backend.connections()).isEqualTo(1);
      assertThat(proxy.metric("ballast_proxy_connections_accepted_total")).isEqualTo(1);
      assertThat(proxy.metric("ballast_proxy_upstreams_reused_total")).isEqualTo(9);
    }
  }

  @Test
  void shouldServeTheClientOfTheJdk() throws Exception {
    try (var backend = TestBackend.named("one");
        HttpClient client = HttpClient.newHttpClient()) {
      proxy.use(Configuration.http(proxy.port(), backend));
      URI uri = URI.create("http://127.0.0.1:" + proxy.port() + "/");
      HttpRequest request =
          HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString("hello")).build();

      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("one");
    }
  }

  @Test
  void shouldKeepFieldsOfTheHopToTheHop() {
    String answer =
        HttpText.head(
                "HTTP/1.1 200 OK",
                "Content-Length: 2",
                "Keep-Alive: timeout=5",
                "Connection: keep-alive, X-Hop",
                "X-Hop: 1",
                "Trailer: A",
                "Upgrade: h2c",
                "Ballast-Reason: mine",
                "X-End: 2")
            + "ok";
    try (var backend = TestBackend.answering(answer);
        var client = clientOf(backend)) {
      client.send(
          HttpText.head(
              "GET / HTTP/1.1",
              "Host: any.test",
              "Connection: keep-alive, x-mine",
              "X-Mine: 1",
              "Keep-Alive: 5",
              "TE: trailers",
              "Proxy-Connection: keep-alive",
              "Proxy: http://evil.test",
              "X-End: 2"));

      assertThat(client.read().head())
          .isEqualTo("HTTP/1.1 200 OK\r\nTrailer: A\r\nX-End: 2\r\nContent-Length: 2\r\n\r\n");
      String head = backend.heads().getFirst();
      String id = HttpText.field(head, "x-request-id");
      assertThat(id).matches("[0-9a-f]{32}");
      assertThat(head)
          .isEqualTo(
              HttpText.head(
                  "GET / HTTP/1.1",
                  "Host: any.test",
                  "X-End: 2",
                  "X-Forwarded-For: 127.0.0.1",
                  "X-Forwarded-Proto: http",
                  "X-Forwarded-Port: " + proxy.port(),
                  "X-Forwarded-Host: any.test",
                  "x-request-id: " + id,
                  "TE: trailers",
                  "Connection: TE"));
    }
  }

  @Test
  void shouldNotBelieveJustAnybodyForWhomTheyForward() {
    try (var backend = TestBackend.answering(OK);
        var client = clientOf(backend)) {
      client.send(
          HttpText.head(
              "GET / HTTP/1.1",
              "Host: any.test:8080",
              "X-Forwarded-For: 192.0.2.1",
              "x-forwarded-for: 192.0.2.2, 192.0.2.3",
              "X-Forwarded-Proto: https",
              "X-Forwarded-Host: evil.test"));
      client.read();

      String head = backend.heads().getFirst();
      assertThat(HttpText.field(head, "X-Forwarded-For")).isEqualTo("127.0.0.1");
      assertThat(HttpText.field(head, "X-Forwarded-Proto")).isEqualTo("http");
      assertThat(HttpText.field(head, "X-Forwarded-Host")).isEqualTo("any.test:8080");
      assertThat(head).doesNotContain("evil.test");
    }
  }

  @Test
  void shouldPassBodiesOfBothFramingsBothWays() {
    byte[] body = new byte[3_000_000];
    new Random(5).nextBytes(body);
    try (var backend = TestBackend.running(ForwardingTest::sendBack);
        var client = clientOf(backend)) {
      for (int round = 0; round < 3; round++) {
        client
            .send(
                "POST /length HTTP/1.1\r\nHost: any.test\r\nContent-Length: "
                    + body.length
                    + "\r\n\r\n")
            .send(body);
        assertThat(latin(client.read())).isEqualTo(body);

        client.send(
            "POST /chunked HTTP/1.1\r\nHost: any.test\r\nTransfer-Encoding: chunked\r\n\r\n");
        client
            .send("A\r\n0123456789\r\n1;ext\r\nx\r\n" + Integer.toHexString(body.length) + "\r\n")
            .send(body);
        client.send("\r\n0\r\nX-Trailer: 1\r\n\r\n");
        RawClient.Answer chunked = client.read();
        assertThat(chunked.field("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(chunked.text()).hasSize(body.length + 11).startsWith("0123456789x");
      }
    }
  }

  /** Answers with the body it got, framed as that was. */
  private static void sendBack(TestBackend.Conversation conversation) throws IOException {
    for (String head = conversation.readHead(); head != null; head = conversation.readHead()) {
      byte[] body = conversation.readBody(head);
      String size = Integer.toHexString(body.length);
      boolean isChunked = head.contains("chunked");
      conversation.write(
          "HTTP/1.1 200 OK\r\n"
              + (isChunked
                  ? "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n"
                  : "Content-Length: " + body.length + "\r\n\r\n"));
      conversation.out().write(body);
      conversation.write(isChunked ? "\r\n0\r\n\r\n" : "");
    }
  }

  private static byte[] latin(RawClient.Answer answer) {
    return answer.text().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void shouldChunkAnAnswerThatEndsWithItsConnection() {
    try (var backend = onceAnswering("HTTP/1.0 200 OK\r\nX-A: b\r\n\r\nuntil the end");
        var client = clientOf(backend)) {
      for (int i = 0; i < 2; i++) {
        RawClient.Answer answer = client.get("/").read();

        assertThat(answer.head()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(answer.field("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(answer.text()).isEqualTo("until the end");
      }
      assertThat(backend.connections()).isEqualTo(2);
    }
  }

  private static TestBackend onceAnswering(String answer) {
    return TestBackend.running(
        conversation -> {
          conversation.readRequest();
          conversation.write(answer);
        });
  }

  @Test
  void shouldServeOldClientsInTheirWay() {
    try (var backend =
            TestBackend.answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        var client = clientOf(backend)) {
      RawClient.Answer answer = client.send("GET / HTTP/1.0\r\n\r\n").read();

      assertThat(answer.field("Transfer-Encoding")).isNull();
      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(answer.text()).isEqualTo("abc");
    }
  }

  @Test
  void shouldKeepTheConnectionOfAnOldClientThatAsksForIt() {
    try (var backend = TestBackend.answering(OK);
        var client = clientOf(backend)) {
      for (int i = 0; i < 2; i++) {
        RawClient.Answer answer =
            client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").read();
        assertThat(answer.field("Connection")).isEqualTo("keep-alive");
      }
    }
  }

  @Test
  void shouldCloseWhenTheClientAsksForIt() {
    try (var backend = TestBackend.answering(OK);
        var client = clientOf(backend)) {
      RawClient.Answer answer =
          client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").read();

      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(client.isEnded()).isTrue();
      assertThat(backend.heads().getFirst()).doesNotContain("Connection");
    }
  }

  @Test
  void shouldKnowWhichAnswersHaveNoBody() {
    List<String> answers =
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n");
    for (String bodiless : answers) {
      try (var backend = TestBackend.answering(bodiless);
          var client = clientOf(backend)) {
        for (int i = 0; i < 2; i++) {
          client.send("HEAD / HTTP/1.1\r\nHost: any.test\r\n\r\n");
          assertThat(client.read(false).head()).isEqualTo(bodiless);
        }
      }
    }
  }

  @Test
  void shouldPassTheWordToContinue() {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  String head = conversation.readHead();
                  conversation.write("HTTP/1.1 100 Continue\r\n\r\n");
                  conversation.readBody(head);
                  conversation.write(OK);
                });
        var client = clientOf(backend)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: any.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(100);
      client.send("hello");
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldCloseWhenTheAnswerComesBeforeTheBody() {
    try (var backend =
            onceAnswering("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
        var client = clientOf(backend)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: any.test\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("0\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(413);
    }
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readHead();
                  conversation.write(
                      "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
                  conversation.in().transferTo(OutputStream.nullOutputStream());
                });
        var client = clientOf(backend)) {
      client.send("POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: 1000000\r\n\r\n");
      RawClient.Answer answer = client.read();

      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(client.send(new byte[1_000]).isEnded()).isTrue();
    }
  }

  @Test
  void shouldPassInterimAnswersToThoseWhoKnowThem() {
    try (var backend =
        TestBackend.answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)) {
      try (var client = clientOf(backend)) {
        RawClient.Answer hints = client.get("/").read();
        assertThat(hints.status()).isEqualTo(103);
        assertThat(hints.field("Link")).isEqualTo("</a>");
        assertThat(client.read().text()).isEqualTo("ok");
      }
      try (var client = proxy.client()) {
        assertThat(client.send("GET / HTTP/1.0\r\n\r\n").read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldServePipelinedRequestsOneAfterAnother() {
    try (var backend = TestBackend.running(ForwardingTest::sendBack);
        var client = clientOf(backend)) {
      var requests = new StringBuilder();
      for (int i = 0; i < 200; i++) {
        requests.append(
            "POST /length HTTP/1.1\r\nHost: any.test\r\nContent-Length: 3\r\n\r\n%03d"
                .formatted(i));
      }
      client.send(requests.toString());
      for (int i = 0; i < 200; i++) {
        assertThat(client.read().text()).isEqualTo("%03d".formatted(i));
      }
    }
  }

  @Test
  void shouldServeARequestThatComesByteByByte() {
    try (var backend = TestBackend.running(ForwardingTest::sendBack);
        var client = clientOf(backend)) {
      String request =
          "POST /chunked HTTP/1.1\r\nHost: any.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
      for (int i = 0; i < request.length(); i++) {
        client.send(request.substring(i, i + 1));
      }
      assertThat(client.read().text()).isEqualTo("hello");
    }
  }

  @Test
  void shouldCancelTheRequestOfAClientThatLeaves() throws Exception {
    var asked = new CountDownLatch(1);
    try (var backend =
        TestBackend.running(
            conversation -> {
              conversation.readRequest();
              asked.countDown();
              conversation.in().read();
            })) {
      try (var client = clientOf(backend)) {
        client.get("/");
        asked.await();
        assertThat(proxy.backend("web", "b1").inFlight()).isEqualTo(1);
      }
      await().until(() -> backend.openConnections() == 0);
      await().until(() -> proxy.backend("web", "b1").inFlight() == 0);
      assertThat(proxy.metric("ballast_proxy_exchanges_failed_total{reason=\"client-left\"}"))
          .isEqualTo(1);
    }
  }
}
