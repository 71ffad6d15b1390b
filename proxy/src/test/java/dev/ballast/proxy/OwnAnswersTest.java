package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AddressBlock;
import dev.ballast.model.ErrorPage;
import dev.ballast.model.Forwarding;
import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Protocol;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.ValueMatch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How our own answers look, with real sockets; the test's clients are trusted. */
class OwnAnswersTest {
  private static final String PAGE = "<h1>{status}</h1><p>{reason}</p><i>{requestId}</i>{other}";

  private final Proxy proxy = Proxy.start();
  private final TestBackend backend = TestBackend.named("web");

  @BeforeEach
  void configure() {
    var forwarding =
        new Forwarding(
            List.of(AddressBlock.parse("127.0.0.0/8")),
            Forwarding.Style.X_FORWARDED,
            Forwarding.DEFAULT_REQUEST_ID_FIELD);
    var policy =
        new LoadBalancer.HttpPolicy(
            forwarding,
            List.of(
                new ErrorPage(List.of(503), "text/html", PAGE),
                new ErrorPage(List.of(503, 404), "text/plain", "second")),
            Optional.empty(),
            Optional.empty());
    var balancer =
        new LoadBalancer(
            "web",
            "default",
            "web.test",
            List.of("a.test"),
            List.of(new Listener("http", proxy.port(), Protocol.HTTP, Optional.empty())),
            List.of(
                Configuration.prefix("/pool", "empty"),
                Configuration.prefix("/web", "web"),
                new Route(
                    Configuration.prefix("/away", "x").match(),
                    new RouteAction.Redirect(
                        307,
                        Optional.empty(),
                        Optional.of("b.test"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())),
                new Route(
                    new RouteMatch(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("/by-id"),
                        Optional.empty(),
                        List.of(),
                        List.of(new ValueMatch("x-request-id", ValueMatch.How.EXACT, "42")),
                        List.of()),
                    new RouteAction.Respond(200, "text/plain", "by id")),
                new Route(
                    Configuration.prefix("/fixed", "x").match(),
                    new RouteAction.Respond(200, "text/plain", "ok"))));
    proxy.use(new Configuration().put(balancer.with(policy)).pool("empty").pool("web", backend));
  }

  @AfterEach
  void stop() {
    proxy.close();
    backend.close();
  }

  private RawClient.Answer ask(String path, String host, String id) {
    try (var client = proxy.client()) {
      client.send(
          HttpText.head("GET " + path + " HTTP/1.1", "Host: " + host, "X-Request-Id: " + id));
      return client.read();
    }
  }

  @Test
  void shouldShowThePageOfTheStatusWithEscapedPlaceholders() {
    RawClient.Answer answer = ask("/pool", "a.test", "<b>{status}\\1$");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.field("Content-Type")).isEqualTo("text/html");
    assertThat(answer.field("Ballast-Reason")).isEqualTo("no-backend");
    assertThat(answer.field("x-request-id")).isEqualTo("<b>{status}\\1$");
    assertThat(answer.text())
        .isEqualTo(
            "<h1>503</h1><p>No backend of the pool may be picked</p>"
                + "<i>&#60;b&#62;&#123;status&#125;&#92;1$</i>{other}");
  }

  @Test
  void shouldShowThePageWhenNoRouteTakesThePath() {
    RawClient.Answer answer = ask("/other", "a.test", "1");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).isEqualTo("second");
    assertThat(answer.field("x-request-id")).isEqualTo("1");
  }

  @Test
  void shouldShowNoPageOfALoadBalancerThatWasNotAskedFor() {
    RawClient.Answer answer = ask("/pool", "b.test", "1");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).startsWith("No load balancer on this port serves that host");
    assertThat(answer.field("x-request-id")).isNull();
  }

  @Test
  void shouldPutTheIdIntoAnswersOfRoutes() {
    assertThat(ask("/fixed", "a.test", "42").field("x-request-id")).isEqualTo("42");
    assertThat(ask("/fixed", "a.test", "").field("x-request-id")).matches("[0-9a-f]{32}");
  }

  @Test
  void shouldRedirectInTheSchemeThatATrustedPeerNames() {
    try (var client = proxy.client()) {
      client.send(
          HttpText.head("GET /away/x HTTP/1.1", "Host: a.test", "X-Forwarded-Proto: https"));
      assertThat(client.read().field("Location")).isEqualTo("https://b.test/away/x");
      client.send(HttpText.head("GET /away/x HTTP/1.1", "Host: a.test"));
      assertThat(client.read().field("Location")).isEqualTo("http://b.test/away/x");
    }
  }

  @Test
  void shouldTellTheBackendWhatATrustedPeerHasSaid() {
    try (var client = proxy.client()) {
      client.send(
          HttpText.head(
              "GET /web HTTP/1.1",
              "Host: a.test",
              "X-Forwarded-For: 192.0.2.1, 127.0.0.2",
              "X-Forwarded-Port: 443",
              "X-Request-Id: abc"));
      assertThat(client.read().status()).isEqualTo(200);
    }
    String head = backend.heads().getFirst();
    assertThat(HttpText.field(head, "X-Forwarded-For"))
        .isEqualTo("192.0.2.1, 127.0.0.2, 127.0.0.1");
    assertThat(HttpText.field(head, "X-Forwarded-Port")).isEqualTo("443");
    assertThat(HttpText.field(head, "X-Forwarded-Proto")).isEqualTo("http");
    assertThat(HttpText.field(head, "x-request-id")).isEqualTo("abc");
  }

  @Test
  void shouldReadAmbiguousPathsWithTheFieldsThatTheClientSent() {
    assertThat(ask("/by-id//x", "a.test", "42").text()).isEqualTo("by id");
  }

  @Test
  void shouldNotShowTheIdOfTheRequestBefore() {
    try (var client = proxy.client()) {
      client.send(HttpText.head("GET /fixed HTTP/1.1", "Host: a.test", "X-Request-Id: first"));
      assertThat(client.read().field("x-request-id")).isEqualTo("first");
      client.send("nonsense\r\n\r\n");
      RawClient.Answer refusal = client.read();
      assertThat(refusal.status()).isEqualTo(400);
      assertThat(refusal.head()).doesNotContain("first", "x-request-id");
    }
  }
}
