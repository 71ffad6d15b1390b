package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PoolDocumentsTest {
  private static final String HEAD = "kind: Pool\nname: web\n";

  private static Pool read(String rest) {
    return (Pool) Examples.yaml(HEAD + rest).resources().iterator().next();
  }

  @Test
  void shouldReadAllThatHoldsWhenBackendsFail() {
    var pool =
        read(
            """
            retries: {attempts: 2, budget: 10%, budgetMin: 5, status: [429, 502-504]}
            circuitBreaker: {connections: 100, requests: 200, pending: 0, queueTimeout: 2s}
            outlierEjection: {consecutiveFailures: 3, successRateDeviations: 2.5, minHosts: 3, minRequests: 50,
                              interval: 5s, baseEjection: 10s, maxEjection: 1m, maxEjected: 20%}
            slowStart: {window: 30s, minWeight: 5%}
            """);

    assertThat(pool.resilience())
        .isEqualTo(
            new Pool.Resilience(
                new Retries(
                    2, 10, 5, List.of(new StatusRange(429, 429), new StatusRange(502, 504))),
                new CircuitBreaker(100, 200, 0, Duration.ofSeconds(2)),
                new OutlierEjection(
                    3,
                    25,
                    3,
                    50,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    20),
                new SlowStart(Duration.ofSeconds(30), 5)));
  }

  @Test
  void shouldReadWhichBackendsComeFirst() {
    var pool =
        read(
            """
            failover: {below: 30%}
            zonePreference: {spillBelow: 60}
            subset: {size: 20}
            backends:
              - {name: b1, address: "10.0.0.1:80", zone: a}
              - {name: b2, address: "10.0.0.2:80", zone: b, priority: 15}
            """);

    assertThat(pool.preference()).isEqualTo(new Preference(30, 60, 20));
  }

  @Test
  void shouldReadThePriorityOfABackend() {
    var documents =
        Examples.yaml(
            """
            kind: Backend
            pool: web
            name: b1
            address: "10.0.0.1:80"
            priority: 3
            """);

    assertThat(documents.resources())
        .containsExactly(
            new Backend(
                "web", "b1", new BackendAddress("10.0.0.1", 80), 1, "", 3, AdminState.ENABLED));
  }

  @Test
  void shouldFillInWhatAMappingLeavesOut() {
    assertThat(read("zonePreference: {}").preference()).isEqualTo(new Preference(50, 70, 0));
    assertThat(read("failover: {}").preference()).isEqualTo(Preference.NONE);
    assertThat(read("retries: {attempts: 0}").resilience().retries())
        .isEqualTo(new Retries(0, 20, 3));
    assertThat(read("retries: {status: []}").resilience().retries())
        .isEqualTo(new Retries(1, 20, 3, List.of()));
    assertThat(read("retries: {status: 500-599}").resilience().retries())
        .isEqualTo(new Retries(1, 20, 3, List.of(new StatusRange(500, 599))));
    assertThat(read("circuitBreaker: {}").resilience()).isEqualTo(Pool.Resilience.defaults());
    assertThat(read("sticky: {cookie: {}}").sticky())
        .contains(new Sticky.Cookie("ballast", "/", Duration.ZERO, false));
    assertThat(read("tls: {}").transport().tls())
        .contains(new BackendTls(true, Optional.empty(), Optional.empty(), Optional.empty()));
    assertThat(read("")).isEqualTo(Examples.pool("web"));
  }

  @Test
  void shouldReadHowBackendsAreSpokenTo() {
    var pool =
        read(
            """
            sticky: {header: {name: X-Session}}
            tls: {verify: true, authority: ca, serverName: H.test, certificate: client}
            proxyProtocol: v2
            """);

    assertThat(pool.sticky()).contains(new Sticky.Header("x-session"));
    assertThat(pool.transport())
        .isEqualTo(
            new Pool.BackendTransport(
                Optional.of(
                    new BackendTls(
                        true, Optional.of("ca"), Optional.of("h.test"), Optional.of("client"))),
                Optional.of(ProxyProtocol.V2)));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,10", "1.9,19", "2.0,20", "10,100"})
  void shouldReadDeviationsInTenths(String text, int tenths) {
    var pool = read("outlierEjection: {successRateDeviations: " + text + "}");

    assertThat(pool.resilience().ejection().successRateDeviations()).isEqualTo(tenths);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("retries: {attempts: 6}", "retries.attempts", "not within 0 to 5"),
        Arguments.of("retries: {status: 200}", "retries", "status 200 is not within 400 to 599"),
        Arguments.of("retries: {status: [50x]}", "retries.status[0]", "neither a status nor"),
        Arguments.of("retries: {attemps: 1}", "retries.attemps", "did you mean \"attempts\"?"),
        Arguments.of(
            "retries: {budget: 101%}", "retries.budget", "budget 101% is not within 0% to 100%"),
        Arguments.of("circuitBreaker: {requests: 0}", "circuitBreaker.requests", "not within"),
        Arguments.of(
            "circuitBreaker: {queueTimeout: 2m}", "circuitBreaker", "not within 1ms to 1m"),
        Arguments.of(
            "outlierEjection: {successRateDeviations: 1.95}",
            "outlierEjection.successRateDeviations",
            "at most one decimal"),
        Arguments.of(
            "outlierEjection: {successRateDeviations: 10.1}",
            "outlierEjection",
            "not within 0 to 10"),
        Arguments.of(
            "outlierEjection: {baseEjection: 10m}",
            "outlierEjection",
            "baseEjection is longer than maxEjection"),
        Arguments.of(
            "failover: {below: 0%}", "failover.below", "below 0% is not within 1% to 100%"),
        Arguments.of(
            "failover: {below: half%}",
            "failover.below", "\"half%\" is not a percentage in whole numbers, such as 60%"),
        Arguments.of("failover: {bellow: 5%}", "failover.bellow", "did you mean \"below\"?"),
        Arguments.of(
            "zonePreference: {spillBelow: 101%}", "zonePreference.spillBelow", "1% to 100%"),
        Arguments.of("zonePreference: true", "zonePreference", "must be a mapping"),
        Arguments.of("subset: {}", "subset.size", "is required"),
        Arguments.of("subset: {size: 0}", "subset.size", "not within 1 to 10000"),
        Arguments.of("subset: {size: 10001}", "subset.size", "not within 1 to 10000"),
        Arguments.of(
            "backends: [{name: b, address: \"a:1\", priority: 16}]",
            "backends[0].priority",
            "not within 0 to 15"),
        Arguments.of("slowStart: {minWeight: 0%}", "slowStart.minWeight", "not within 1% to 100%"),
        Arguments.of("sticky: {}", "sticky", "either cookie or header"),
        Arguments.of(
            "sticky: {cookie: {}, header: {name: a}}", "sticky", "either cookie or header"),
        Arguments.of("sticky: {cookie: {name: \"a b\"}}", "sticky.cookie.name", "of a cookie"),
        Arguments.of("sticky: {cookie: {path: \"/;\"}}", "sticky.cookie.path", "no semicolons"),
        Arguments.of("sticky: {cookie: {lifetime: 9601h}}", "sticky.cookie", "not within"),
        Arguments.of("sticky: {cookie: {secure: 1}}", "sticky.cookie.secure", "true nor false"),
        Arguments.of("sticky: {cookie: {name: __Host-a}}", "sticky.cookie", "unless it is secure"),
        Arguments.of(
            "sticky: {cookie: {name: __Host-a, secure: true, path: /a}}",
            "sticky.cookie",
            "unless its path is /"),
        Arguments.of("sticky: {header: {}}", "sticky.header.name", "is required"),
        Arguments.of("sticky: {header: {name: te}}", "sticky.header.name", "alone"),
        Arguments.of("tls: {verify: false, authority: ca}", "tls", "checks nothing"),
        Arguments.of("tls: {serverName: \"*.a.test\"}", "tls.serverName", "not a host name"),
        Arguments.of("proxyProtocol: v3", "proxyProtocol", "is not one of [v1, v2]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void shouldNameTheMistakeOfAPool(String key, String path, String message) {
    Mistakes.assertRefused(HEAD + key + " #here", path, message);
  }
}
