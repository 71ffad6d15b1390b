package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests and answers on their way through, with real sockets on both sides. */
class ForwardingTest {
  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void shouldForwardARequestAndItsAnswer() {
    try (var backend = TestBackend.named("one");
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
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
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
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
}
