package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Documents;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes as people write them, from the document to the wire. */
class RoutesInDocumentsTest {
  private final Proxy proxy = Proxy.start();
  private final TestBackend web = TestBackend.named("web");

  @BeforeEach
  void configure() {
    String text =
        """
        kind: LoadBalancer
        name: web
        domain: a.test
        hosts: ["*"]
        listeners:
          - {name: http, port: %d, protocol: http}
        forwarded: {trust: [127.0.0.0/8], style: both}
        errorPages: [{statuses: [413], contentType: text/plain, body: "{status} {requestId}"}]
        routes:
          - {match: {pathPrefix: /admin}, respond: {status: 403, body: "no"}}
          - {match: {pathRegex: "/users/([0-9]+)", methods: [GET]}, pool: web, rewrite: {regexReplacement: "/v2/$1"}}
          - {match: {pathPrefix: /old}, redirect: {prefix: /new}}
          - {match: {headers: [{name: X-Env, exact: blue}]}, respond: {status: 200, body: "blue"}}
          - {match: {query: [{name: v, regex: "[0-9]+"}]}, respond: {status: 200, body: "version"}}
          - match: {pathPrefix: /api}
            split: [{pool: web, weight: 1}]
            rewrite: {host: in.test, prefix: /}
            requestHeaders: {set: {X-A: "1"}, remove: [X-B]}
            responseHeaders: {add: {x-c: [d, e]}}
            maxBody: 1KiB
          - {pool: web}
        ---
        kind: Pool
        name: web
        backends: [{name: b1, address: "%s"}]
        """
            .formatted(proxy.port(), web.address());
    var configuration = new Configuration();
    Documents.parse(text.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML)
        .resources()
        .forEach(configuration::put);
    proxy.use(configuration);
  }

  @AfterEach
  void stop() {
    proxy.close();
    web.close();
  }

  @ParameterizedTest(name = "{0} {1} ({2}): {3}, {4}")
  @CsvSource({
    "GET,  /admin/x,      A: b,                403, no,   ''",
    "GET,  /users/42,     A: b,                200, web,  GET /v2/42 HTTP/1.1",
    "PUT,  /users/42,     A: b,                200, web,  PUT /users/42 HTTP/1.1",
    "GET,  /old/x?y,      A: b,                308, '',   ''",
    "GET,  /,             X-Env: blue,         200, blue, ''",
    "GET,  /?v=1,         A: b,                200, version, ''",
    "GET,  /api/x?y,      X-B: 2,              200, web,  GET /x?y HTTP/1.1",
    "POST, /api,          Content-Length: 1025, 413, 413 id, ''",
    "GET,  /any,          A: b,                200, web,  GET /any HTTP/1.1",
  })
  void shouldDoWhatTheDocumentSays(
      String method, String target, String field, int status, String body, String asked) {
    try (var client = proxy.client()) {
      client.send(
          HttpText.head(
              method + " " + target + " HTTP/1.1", "Host: a.test", "X-Request-Id: id", field));
      RawClient.Answer answer = client.read();

      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.text()).isEqualTo(body);
      assertThat(web.heads().stream().map(head -> head.lines().findFirst().orElse("")))
          .containsExactlyElementsOf(asked.isEmpty() ? List.of() : List.of(asked));
    }
  }

  @Test
  void shouldEditHeadsBothWays() {
    try (var client = proxy.client()) {
      client.send(
          HttpText.head(
              "GET /api/x HTTP/1.1",
              "Host: a.test",
              "x-b: 2",
              "Forwarded: for=192.0.2.1",
              "X-Forwarded-For: 192.0.2.1"));
      assertThat(client.read().head()).contains("\r\nx-c: d\r\nx-c: e\r\n");
    }
    String head = web.heads().getFirst();
    assertThat(head)
        .contains("\r\nHost: in.test\r\n", "\r\nx-a: 1\r\n")
        .contains("\r\nX-Forwarded-For: 192.0.2.1, 127.0.0.1\r\n")
        .contains("\r\nForwarded: for=192.0.2.1, for=127.0.0.1;host=a.test;proto=http\r\n")
        .doesNotContain("x-b");
  }
}
