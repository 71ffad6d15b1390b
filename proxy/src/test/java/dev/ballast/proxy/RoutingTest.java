package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Route;
import dev.ballast.model.RouteMatch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pool a request goes to; each pool has one backend of its name. */
class RoutingTest {
  private final Proxy proxy = Proxy.start();
  private final List<TestBackend> backends =
      List.of("api", "web", "wide", "deep", "exact", "any").stream()
          .map(TestBackend::named)
          .toList();

  @BeforeEach
  void configure() {
    var configuration =
        new Configuration()
            .httpBalancer(
                "one",
                proxy.port(),
                List.of("a.test", "*.a.test"),
                Configuration.prefix("/api", "api"),
                new Route(
                    new RouteMatch(Optional.empty(), Optional.of("/only"), Optional.empty()),
                    "exact"),
                Configuration.prefix("/slash/", "exact"),
                Configuration.host("*.deep.a.test", "deep"),
                Configuration.host("*.wide.a.test", "wide"),
                Configuration.host("own.a.test", "any"),
                Configuration.route("web"))
            .httpBalancer("two", proxy.port(), List.of("b.test"), Configuration.prefix("/", "web"))
            .httpBalancer("three", proxy.port(), List.of("*.b.test"), Configuration.route("any"));
    List.of("api", "web", "wide", "deep", "exact", "any")
        .forEach(name -> pool(configuration, name));
    proxy.use(configuration);
  }

  private void pool(Configuration configuration, String name) {
    int index = List.of("api", "web", "wide", "deep", "exact", "any").indexOf(name);
    configuration.pool(name, backends.get(index));
  }

  @AfterEach
  void stop() {
    proxy.close();
    backends.forEach(TestBackend::close);
  }

  @ParameterizedTest(name = "{0} {1} goes to {2}")
  @CsvSource({
    "a.test,        /,             web",
    "A.Test,        /,             web",
    "a.test.,       /,             web",
    "a.test:8080,   /,             web",
    "a.test,        /api,          api",
    "a.test,        /api/,         api",
    "a.test,        /api/x?y,      api",
    "a.test,        /api?x,        api",
    "a.test,        /apix,         web",
    "a.test,        /API,          web",
    "a.test,        /only,         exact",
    "a.test,        /only?x,       exact",
    "a.test,        /only/x,       web",
    "a.test,        /slash/x,      exact",
    "a.test,        /slash,        web",
    "x.a.test,      /,             web",
    "x.a.test,      /api,          api",
    "x.wide.a.test, /,             wide",
    "x.y.wide.a.test, /,           wide",
    "wide.a.test,   /,             web",
    "x.deep.a.test, /,             deep",
    "own.a.test,    /,             any",
    "own.a.test,    /api,          any",
    "b.test,        /anything,     web",
    "x.b.test,      /,             any",
  })
  void shouldRouteByHostAndPath(String host, String target, String pool) {
    try (var client = proxy.client()) {
      client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(client.read().text()).isEqualTo(pool);
    }
  }

  @Test
  void shouldPreferTheRouteForFewerHosts() {
    try (var client = proxy.client()) {
      client.send("GET /api HTTP/1.1\r\nHost: x.deep.a.test\r\n\r\n");
      assertThat(client.read().text()).isEqualTo("deep");
    }
  }

  @Test
  void shouldSayWhichHostsThePortServes() {
    try (var client = proxy.client()) {
      client.send("GET / HTTP/1.1\r\nHost: c.test\r\n\r\n");
      RawClient.Answer answer = client.read();

      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.field("Ballast-Reason")).isEqualTo("no-host");
      assertThat(answer.text())
          .isEqualTo(
              "No load balancer on this port serves that host: it serves *.a.test, *.b.test, a.test, b.test.\n");
      assertThat(client.send("GET / HTTP/1.1\r\nHost: b.test\r\n\r\n").read().status())
          .isEqualTo(200);
    }
  }

  @Test
  void shouldAnswer404WhenNoRouteTakesThePath() {
    proxy.use(
        new Configuration()
            .httpBalancer("one", proxy.port(), List.of("*"), Configuration.prefix("/api", "api"))
            .pool("api"));
    try (var client = proxy.client()) {
      RawClient.Answer answer = client.get("/other").read();

      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.field("Ballast-Reason")).isEqualTo("no-route");
    }
  }

  @Test
  void shouldAnswer503WhenThePoolIsMissing() {
    proxy.use(
        new Configuration()
            .httpBalancer("one", proxy.port(), List.of("*"), Configuration.route("nowhere")));
    try (var client = proxy.client()) {
      assertThat(client.get("/").read().status()).isEqualTo(503);
    }
  }
}
