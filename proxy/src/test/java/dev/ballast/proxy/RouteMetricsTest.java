package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Route;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Numbers of routes, pools and backends: counted where they belong, carried over, and bounded. */
class RouteMetricsTest {
  private static final String ENDED = "ballast_proxy_route_exchanges_total";

  private static String of(String metric, String route, String rest) {
    return "%s{listener=\"http\",load_balancer=\"web\",%sroute=\"%s\"}"
        .formatted(metric, rest, route);
  }

  private static String ended(String route, String outcome) {
    return of(ENDED, route, "outcome=\"" + outcome + "\",");
  }

  @Test
  void shouldCountByRouteAndGoOnWhenTheConfigurationChanges() {
    try (var backend = TestBackend.named("b1");
        var proxy = Proxy.start()) {
      var configuration = Configuration.http(proxy.port(), backend);
      try (var client = proxy.use(configuration).client()) {
        client.get("/a").read();
        client.get("/b").read();
        configuration.httpBalancer(
            "web",
            proxy.port(),
            List.of("*"),
            Configuration.prefix("/api", "web"),
            Configuration.prefix("/none", "gone"));
        proxy.use(configuration);
        client.get("/api/c").read();
        client.get("/none").read();
        client.get("/else").read();

        assertThat(proxy.metric(ended("1", "2xx"))).isEqualTo(3);
        assertThat(proxy.metric(ended("2", "5xx"))).isEqualTo(1);
        assertThat(proxy.metric(ended("-", "4xx"))).isEqualTo(1);
        assertThat(proxy.metric(of("ballast_proxy_route_duration_seconds_count", "1", "")))
            .isEqualTo(3);
        assertThat(proxy.metric(of("ballast_proxy_route_in_flight", "1", ""))).isZero();
        assertThat(proxy.metric("ballast_proxy_pool_first_byte_seconds_count{pool=\"web\"}"))
            .isEqualTo(3);
        assertThat(proxy.metric("ballast_proxy_pool_connect_seconds_count{pool=\"web\"}"))
            .isEqualTo(1);
        assertThat(
                proxy.metric(
                    "ballast_proxy_backend_answers_total{backend=\"b1\",class=\"2xx\",pool=\"web\"}"))
            .isEqualTo(3);
      }
    }
  }

  @Test
  void shouldShowWhatIsInFlightAndHowItIsLeft() {
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readHead();
                  conversation.in().read();
                });
        var proxy = Proxy.start()) {
      var client = proxy.use(Configuration.http(proxy.port(), backend)).client().get("/");
      while (backend.heads().isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(proxy.metric(of("ballast_proxy_route_in_flight", "1", ""))).isEqualTo(1);

      client.reset();

      while (proxy.metric(ended("1", "unanswered")) < 1) {
        Thread.onSpinWait();
      }
      assertThat(proxy.metric(of("ballast_proxy_route_in_flight", "1", ""))).isZero();
    }
  }

  @Test
  void shouldCountRoutesBeyondTheLimitTogether() {
    Route[] routes =
        IntStream.rangeClosed(1, 5)
            .mapToObj(i -> Configuration.prefix("/" + i, "web"))
            .toArray(Route[]::new);
    try (var backend = TestBackend.named("b1");
        var proxy =
            Proxy.start(
                settings ->
                    settings.withLimits(settings.limits().with(Limit.MEASURED_ROUTES, 3)))) {
      proxy.use(
          new Configuration()
              .httpBalancer("web", proxy.port(), List.of("*"), routes)
              .pool("web", backend));
      try (var client = proxy.client()) {
        for (int i = 1; i <= 5; i++) {
          client.get("/" + i).read();
        }
      }
      assertThat(proxy.metric("ballast_proxy_routes_sharing")).isEqualTo(3);
      assertThat(proxy.metric(ended("1", "2xx"))).isEqualTo(1);
      assertThat(
              proxy.metric(
                  ENDED
                      + "{listener=\"other\",load_balancer=\"other\",outcome=\"2xx\",route=\"other\"}"))
          .isEqualTo(3);
    }
  }

  @Test
  void shouldPutDurationsWhereTheyBelong() {
    var durations = new Durations();
    long[] nanos = {0, 100_000, 100_001, 1_000_000, 60_000_000_000L, 60_000_001_000L};
    for (long one : nanos) {
      durations.add(one);
    }
    long[] counts = new long[Durations.STEPS];
    durations.addTo(counts);

    assertThat(counts[0]).isEqualTo(2);
    assertThat(counts[1]).as("up to 200 µs").isEqualTo(1);
    assertThat(counts[3]).as("up to 1 ms").isEqualTo(1);
    assertThat(counts[Durations.STEPS - 2]).as("up to 60 s").isEqualTo(1);
    assertThat(counts[Durations.STEPS - 1]).as("longer").isEqualTo(1);
    assertThat(Durations.bound(Durations.STEPS - 1)).isInfinite();
    assertThat(durations.sumSeconds()).isBetween(120.0, 120.01);
  }
}
