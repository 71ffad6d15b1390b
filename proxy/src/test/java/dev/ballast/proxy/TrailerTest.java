package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trailer sections pass both ways, but for what belongs into a head. */
class TrailerTest {
  private static final String POST =
      HttpText.head("POST / HTTP/1.1", "Host: any.test", "Transfer-Encoding: chunked");

  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  private RawClient clientOf(TestBackend backend) {
    proxy.use(Configuration.http(proxy.port(), backend));
    return proxy.client();
  }

  @Test
  void shouldPassTheTrailersOfAnAnswer() throws IOException {
    String answer =
        HttpText.head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Trailer: Grpc-Status")
            + "2\r\nok\r\n0\r\nGrpc-Status: 0\r\nX-Sum: a:b \r\n\r\n";
    try (var backend = TestBackend.answering(answer);
        var client = clientOf(backend)) {
      for (int round = 0; round < 2; round++) {
        String head = client.get("/").readHead();

        assertThat(head).contains("\r\nTrailer: Grpc-Status\r\n");
        assertThat(HttpText.readLine(client.in())).isEqualTo("2");
        assertThat(HttpText.readLine(client.in())).isEqualTo("ok");
        assertThat(HttpText.readLine(client.in())).isEqualTo("0");
        assertThat(HttpText.readTrailers(client.in()))
            .containsExactly("Grpc-Status: 0", "X-Sum: a:b ");
      }
    }
  }

  @Test
  void shouldPassTheTrailersOfARequest() {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (var backend = TestBackend.running(conversation -> collectTrailers(conversation, seen));
        var client = clientOf(backend)) {
      client.send(POST + "1\r\nx\r\n0\r\nX-Sum: 1\r\nX-Empty:\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      client.send(
          "POST / HTTP/1.1\r\nHost: any.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);

      assertThat(seen).containsExactly("X-Sum: 1", "X-Empty:");
    }
  }

  @Test
  void shouldKeepFieldsOfAHeadOutOfTrailers() {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (var backend = TestBackend.running(conversation -> collectTrailers(conversation, seen));
        var client = clientOf(backend)) {
      client.send(
          POST
              + "0\r\n"
              + HttpText.head(
                  "Content-Length: 5",
                  "Transfer-Encoding: chunked",
                  "Host: evil",
                  "AUTHORIZATION: x",
                  "Cookie: a=b",
                  "X-Forwarded-For: 1.2.3.4",
                  "If-Match: x",
                  "Connection: close",
                  "X-Last: 1"));
      assertThat(client.read().status()).isEqualTo(200);

      assertThat(seen).containsExactly("X-Last: 1");
    }
  }

  @Test
  void shouldLeaveTrailersOutWhereTheAnswerHasNoChunks() {
    String answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n";
    try (var backend = TestBackend.answering(answer);
        var client = clientOf(backend)) {
      client.send("GET / HTTP/1.0\r\nHost: any.test\r\n\r\n");

      assertThat(client.read().text()).isEqualTo("ok");
    }
  }

  private static void collectTrailers(TestBackend.Conversation conversation, List<String> seen)
      throws IOException {
    while (conversation.readHead() != null) {
      int size = Integer.parseInt(HttpText.readLine(conversation.in()), 16);
      while (size > 0) {
        conversation.in().readNBytes(size);
        HttpText.readLine(conversation.in());
        size = Integer.parseInt(HttpText.readLine(conversation.in()), 16);
      }
      seen.addAll(HttpText.readTrailers(conversation.in()));
      conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }
}
