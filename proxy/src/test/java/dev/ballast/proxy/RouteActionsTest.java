package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.HeaderEdits;
import dev.ballast.model.Rewrite;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.ValueMatch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What routes do with requests besides sending them to a pool, with real sockets. */
class RouteActionsTest {
  private static final RouteAction TO_WEB = new RouteAction.ToPool("web");

  private final Proxy proxy = Proxy.start();
  private final TestBackend web = TestBackend.named("web");
  private final TestBackend other = TestBackend.named("other");

  @BeforeEach
  void configure() {
    proxy.use(
        new Configuration()
            .httpBalancer("one", proxy.port(), List.of("a.test", "[::1]"), routes())
            .pool("web", web)
            .pool("other", other));
  }

  @AfterEach
  void stop() {
    proxy.close();
    web.close();
    other.close();
  }

  private static Route[] routes() {
    return new Route[] {
      new Route(prefix("/admin"), new RouteAction.Respond(403, "text/plain", "no\n")),
      new Route(prefix("/gone"), new RouteAction.Respond(204, "text/plain", "")),
      new Route(prefix("/secure"), redirect(308, "https", null, null, null, null)),
      new Route(prefix("/port"), redirect(307, "https", null, 8443, null, null)),
      new Route(prefix("/moved"), redirect(301, null, "b.test", null, null, "/new")),
      new Route(prefix("/old/"), redirect(302, null, null, null, null, "/")),
      new Route(path("/one"), redirect(303, null, null, null, "/two", null)),
      new Route(
          prefix("/split"),
          new RouteAction.Split(
              List.of(
                  new RouteAction.WeightedPool("web", 3),
                  new RouteAction.WeightedPool("other", 1)))),
      rewriting(prefix("/api"), new Rewrite(of("in.test"), none(), of("/v2"), none())),
      rewriting(prefix("/strip"), new Rewrite(none(), none(), of("/"), none())),
      rewriting(path("/whole"), new Rewrite(none(), of("/é x"), none(), none())),
      rewriting(
          regex("/item/([0-9]+)/(.*)"), new Rewrite(none(), none(), none(), of("/i/$2/$1$$"))),
      new Route(
          new RouteMatch(
              none(),
              none(),
              none(),
              none(),
              List.of("PATCH"),
              List.of(),
              List.of(
                  new ValueMatch("v", ValueMatch.How.REGEX, "[0-9]+"),
                  new ValueMatch("w", ValueMatch.How.ABSENT, ""))),
          new RouteAction.Respond(200, "text/plain", "patched")),
      new Route(
          of("edits"),
          prefix("/edit"),
          TO_WEB,
          Rewrite.NONE,
          new HeaderEdits(
              List.of(new HeaderEdits.Field("X-Set", "ours"), new HeaderEdits.Field("Host", "no")),
              List.of(new HeaderEdits.Field("X-Add", "more")),
              List.of("x-drop", "content-length")),
          new HeaderEdits(
              List.of(new HeaderEdits.Field("X-Backend", "hidden")),
              List.of(),
              List.of("transfer-encoding")),
          of(5L)),
      new Route(RouteMatch.ALL, TO_WEB),
    };
  }

  private static <T> Optional<T> of(T value) {
    return Optional.of(value);
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }

  private static RouteMatch prefix(String prefix) {
    return new RouteMatch(none(), none(), of(prefix));
  }

  private static RouteMatch path(String path) {
    return new RouteMatch(none(), of(path), none());
  }

  private static RouteMatch regex(String regex) {
    return new RouteMatch(none(), none(), none(), of(regex), List.of(), List.of(), List.of());
  }

  private static Route rewriting(RouteMatch match, Rewrite rewrite) {
    return new Route(
        none(), match, TO_WEB, rewrite, HeaderEdits.NONE, HeaderEdits.NONE, Optional.empty());
  }

  private static RouteAction redirect(
      int status, String scheme, String host, Integer port, String path, String prefix) {
    return new RouteAction.Redirect(
        status,
        Optional.ofNullable(scheme),
        Optional.ofNullable(host),
        Optional.ofNullable(port),
        Optional.ofNullable(path),
        Optional.ofNullable(prefix));
  }

  private RawClient.Answer ask(String method, String target, String host, String... fields) {
    try (var client = proxy.client()) {
      var text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
      for (String field : fields) {
        text.append(field).append("\r\n");
      }
      return client.send(text.append("\r\n").toString()).read(!method.equals("HEAD"));
    }
  }

  @ParameterizedTest(name = "{0} at {1} is sent to {3} with {2}")
  @CsvSource({
    "/secure/x?a=b,     a.test:8080, 308, https://a.test/secure/x?a=b",
    "/secure,           A.test.:80,  308, https://A.test/secure",
    "/secure/,          [::1]:80,    308, https://[::1]/secure/",
    "/port/x,           a.test,      307, https://a.test:8443/port/x",
    "/moved/x?q,        a.test:81,   301, http://b.test:81/new/x?q",
    "/moved,            a.test,      301, http://b.test/new",
    "/old/x?//y,        a.test,      302, /x?//y",
    "/old/,             a.test,      302, /",
    "/one?q,            a.test,      303, /two?q",
  })
  void shouldRedirect(String target, String host, int status, String location) {
    RawClient.Answer answer = ask("GET", target, host);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.field("Location")).isEqualTo(location);
    assertThat(answer.text()).isEmpty();
  }

  /** A path that begins with two slashes, or with what browsers take for them, would name another host. */
  @ParameterizedTest
  @CsvSource({"/old//evil.test/x,/evil.test/x", "/old///evil.test,/evil.test"})
  void shouldNotRedirectToAnotherHostByAPath(String target, String location) {
    assertThat(ask("GET", target, "a.test").field("Location")).isEqualTo(location);
  }

  @Test
  void shouldEncodeABackslashInARedirect() {
    assertThat(ask("GET", "/old/\\evil.test", "a.test").field("Location"))
        .isEqualTo("/%5Cevil.test");
  }

  @Test
  void shouldAnswerByItself() {
    try (var client = proxy.client()) {
      RawClient.Answer answer = client.send("GET /admin/x HTTP/1.1\r\nHost: a.test\r\n\r\n").read();
      assertThat(answer.head())
          .isEqualTo(
              HttpText.head(
                  "HTTP/1.1 403 Forbidden",
                  "Content-Type: text/plain",
                  "Content-Length: 3",
                  "x-request-id: " + answer.field("x-request-id")));
      assertThat(answer.text()).isEqualTo("no\n");
      client.send("HEAD /admin HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(client.read(false).field("Content-Length")).isEqualTo("3");
      client.send("GET /gone HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(client.read().head())
          .startsWith("HTTP/1.1 204 No Content\r\n")
          .doesNotContain("Content-");
    }
  }

  @ParameterizedTest(name = "{0} is answered with {1}")
  @CsvSource({
    "/admin,                  403",
    "/%61dmin,                403",
    "/x/../admin,             403",
    "/x/%2e%2E/admin,         403",
    "/admin/../x,             200",
    "//admin,                 400",
    "/x//../admin,            200",
    "/x/..;/admin,            400",
    "/x/..%2fadmin,           400",
    "/x%2f..%2fadmin,         400",
    "/x/..%5cadmin,           400",
    "/x/..\\admin,            400",
    "/admin;x=1,              400",
    "/admin%3bx=1,            400",
    "/admin%2fx,              400",
    "/ADMIN,                  200",
    "/%2561dmin,              200",
    "/group%2fproject,        200",
    "/a//b,                   200",
    "/a;v=1/b,                200",
    "/../admin,               400",
    "/%00/admin,              400",
    "/100%,                   400",
  })
  void shouldLetNobodyReachAnotherRouteByATrickOfWriting(String target, int status) {
    assertThat(ask("GET", target, "a.test").status()).isEqualTo(status);
  }

  @Test
  void shouldNotReadLongPathsInManyWays() {
    assertThat(ask("GET", "//" + "a".repeat(2_046), "a.test").status()).isEqualTo(200);
    assertThat(ask("GET", "//" + "a".repeat(2_047), "a.test").status()).isEqualTo(400);
    assertThat(ask("GET", "/" + "a".repeat(4_000), "a.test").status()).isEqualTo(200);
  }

  @Test
  void shouldSayWhyAPathIsRefused() {
    RawClient.Answer answer = ask("GET", "/x/..;/admin", "a.test");

    assertThat(answer.field("Ballast-Reason")).isEqualTo("path-ambiguous");
    assertThat(proxy.metric("ballast_proxy_requests_refused_total{reason=\"path-ambiguous\"}"))
        .isEqualTo(1);
  }

  @ParameterizedTest(name = "{0} is asked for as {1}")
  @CsvSource({
    "/api,               /v2",
    "/api/,              /v2/",
    "/api/x%20y?q=1,     /v2/x%20y?q=1",
    "/%61pi/x,           /v2/x",
    "/apix,              /apix",
    "/strip,             /",
    "/strip/,            /",
    "/strip/x/y?q,       /x/y?q",
    "/whole?q=1,         /%C3%A9%20x?q=1",
    "/item/42/a%20b?q,   /i/a%20b/42$?q",
    "/item/42/a%3Fb,     /i/a%3Fb/42$",
    "/item/x/y,          /item/x/y",
    "/b/./%63/%7e?%61,   /b/c/~?%61",
  })
  void shouldRewritePaths(String target, String asked) {
    assertThat(ask("GET", target, "a.test").status()).isEqualTo(200);
    assertThat(web.heads().getFirst()).startsWith("GET " + asked + " HTTP/1.1\r\n");
  }

  @Test
  void shouldRewriteTheHostAndSayWhatItWas() {
    ask("GET", "/api", "a.test:80");

    String head = web.heads().getFirst();
    assertThat(HttpText.field(head, "Host")).isEqualTo("in.test");
    assertThat(HttpText.field(head, "X-Forwarded-Host")).isEqualTo("a.test:80");
  }

  @Test
  void shouldEditHeadersButNotWhatIsOurs() {
    RawClient.Answer answer =
        ask(
            "GET",
            "/edit",
            "a.test",
            "X-Drop: 1",
            "x-set: 2",
            "X-ADD: 3",
            "X-Set: 4",
            "X-Keep: 5",
            "Content-Length: 0");

    String head = web.heads().getFirst();
    assertThat(head)
        .contains("\r\nX-ADD: 3\r\nX-Keep: 5\r\nX-Set: ours\r\nX-Add: more\r\n")
        .contains("\r\nHost: a.test\r\n", "\r\nContent-Length: 0\r\n")
        .doesNotContain("X-Drop", "x-set", "Host: no");
    assertThat(answer.field("X-Backend")).isEqualTo("hidden");
    assertThat(answer.head()).containsOnlyOnce("X-Backend").contains("Content-Length: 3");
  }

  @Test
  void shouldSplitByWeight() {
    int ofOther = 0;
    try (var client = proxy.client()) {
      for (int i = 0; i < 2_000; i++) {
        client.send("GET /split HTTP/1.1\r\nHost: a.test\r\n\r\n");
        ofOther += client.read().text().equals("other") ? 1 : 0;
      }
    }
    assertThat(ofOther).isBetween(400, 600);
  }

  @Test
  void shouldMatchMethodsAndParameters() {
    assertThat(ask("PATCH", "/x?u=1&v=%31%32", "a.test").text()).isEqualTo("patched");
    assertThat(ask("PATCH", "/x?v=", "a.test").text()).isEqualTo("web");
    assertThat(ask("PATCH", "/x?vv=1&%76=1", "a.test").text()).isEqualTo("patched");
    assertThat(ask("PATCH", "/x?v=1&w", "a.test").text()).isEqualTo("web");
    assertThat(ask("GET", "/x?v=1", "a.test").text()).isEqualTo("web");
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeAtOnce() {
    RawClient.Answer answer =
        ask("POST", "/edit", "a.test", "Content-Length: 6", "Expect: 100-continue");

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.field("Ballast-Reason")).isEqualTo("body-too-large");
    assertThat(answer.field("Connection")).isEqualTo("close");
    assertThat(web.heads()).isEmpty();
  }

  @Test
  void shouldTakeABodyOfExactlyTheLargestSize() {
    try (var client = proxy.client()) {
      client.send("POST /edit HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\n12345");
      assertThat(client.read().status()).isEqualTo(200);
      client.send("POST /edit HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("2\r\n12\r\n3\r\n345\r\n0\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseAChunkedBodyAsSoonAsItIsTooLarge() {
    try (var client = proxy.client()) {
      client.send("POST /edit HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("2\r\n12\r\n4\r\n");
      RawClient.Answer answer = client.read();

      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.field("Connection")).isEqualTo("close");
    }
    assertThat(proxy.metric("ballast_proxy_requests_refused_total{reason=\"body-too-large\"}"))
        .isEqualTo(1);
  }
}
