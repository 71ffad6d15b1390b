package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HealthCheckDocumentsTest {
  private static final String HEAD = "kind: Pool\nname: web\n";

  private static HealthCheck read(String check) {
    Pool pool = (Pool) Examples.yaml(HEAD + "healthCheck: " + check).resources().iterator().next();
    return pool.healthCheck().orElseThrow();
  }

  @Test
  void shouldAskForThePathOverHttpEverySecondWhereNothingIsSaid() {
    assertThat(read("{}"))
        .isEqualTo(
            new HealthCheck(
                HealthCheck.Type.HTTP, "/", Duration.ofSeconds(1), Duration.ofMillis(500)));
    assertThat(read("{}").judgement()).isEqualTo(Judgement.DEFAULT);
  }

  @Test
  void shouldReadEverythingThatAProbeOverHttpAsks() {
    var check =
        read(
            """

              type: h2
              method: HEAD
              path: /healthz
              host: web.test
              headers: {X-Probe: "1", accept: text/plain}
              expect: {status: [204, 300-399], bodyRegex: "^o+k$"}
              tls: {verify: true, authority: ca, serverName: web.test}
              proxyProtocol: v2
              port: 8081
            """);

    assertThat(check.type()).isEqualTo(HealthCheck.Type.H2);
    assertThat(check.question())
        .isEqualTo(
            new HealthCheck.Question(
                "HEAD",
                "/healthz",
                Optional.of("web.test"),
                List.of(
                    new HeaderEdits.Field("accept", "text/plain"),
                    new HeaderEdits.Field("x-probe", "1")),
                "",
                "",
                false,
                List.of(),
                new HealthCheck.Expectation(
                    List.of(new StatusRange(204, 204), new StatusRange(300, 399)),
                    Optional.empty(),
                    Optional.of("^o+k$"))));
    assertThat(check.connection())
        .isEqualTo(
            new HealthCheck.Connection(
                Optional.of(
                    new BackendTls(
                        true, Optional.of("ca"), Optional.of("web.test"), Optional.empty())),
                Optional.of(ProxyProtocol.V2),
                Optional.of(8081)));
  }

  @Test
  void shouldReadHowOftenIsAskedAndWhatConvicts() {
    var check =
        read(
            """

              interval: 2s
              jitter: 10%
              timeout: 1s
              unhealthyInterval: 5s
              initialInterval: 200ms
              grace: 30s
              rise: 3
              detection: {threshold: 4.5, window: 50, minSamples: 5, estimator: histogram, floor: 10ms,
                          acceptablePause: 1s, firstEstimate: 200ms, cap: 20s}
            """);

    assertThat(check.pace())
        .isEqualTo(
            new ProbePace(
                Duration.ofSeconds(2),
                10,
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofMillis(200),
                Duration.ofSeconds(30)));
    assertThat(check.judgement())
        .isEqualTo(
            new Judgement(
                3,
                Judgement.DEFAULT_FALL,
                Judgement.Rule.PHI,
                new Judgement.Accrual(
                    4.5,
                    50,
                    5,
                    Judgement.Estimator.HISTOGRAM,
                    Duration.ofMillis(10),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(20))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {type: grpc, service: a.B, watch: true, host: g.test} | GRPC
          {type: grpc, tls: {}}                                 | GRPC
          {type: udp, send: ping, expect: {body: pong}}         | UDP
          {type: command, command: [/bin/check, -v]}            | COMMAND
          {type: tcp, tls: {verify: false}}                     | TCP
          {type: tcp, path: /x}                                 | TCP
          {type: https}                                         | HTTPS
          {type: h2c, expect: {status: 200, body: ok}}          | H2C
          {type: http, fall: 5, detection: {type: count}}       | HTTP
          """)
  void shouldReadEveryTypeAndWriteItBack(String check, HealthCheck.Type type) {
    Pool pool = (Pool) Examples.yaml(HEAD + "healthCheck: " + check).resources().iterator().next();

    assertThat(pool.healthCheck().orElseThrow().type()).isEqualTo(type);
    assertThat(Codec.fromJson(Codec.toJson(pool))).isEqualTo(pool);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("{type: htp}", "type", "did you mean \"http\"?"),
        Arguments.of("{intervall: 1s}", "intervall", "did you mean \"interval\"?"),
        Arguments.of("{interval: 99ms}", "", "interval 99ms is not within 100ms to 1h"),
        Arguments.of("{unhealthyInterval: 2h}", "", "unhealthyInterval 2h is not within"),
        Arguments.of("{initialInterval: 0ms}", "", "initialInterval 0ms is not within"),
        Arguments.of("{timeout: 61s}", "", "timeout 61s is not within 10ms to 1m"),
        Arguments.of("{grace: 61m}", "", "grace 61m is not within 0ms to 1h"),
        Arguments.of("{jitter: 51%}", "jitter", "not within 0% to 50%"),
        Arguments.of("{path: healthz}", "", "does not begin with /"),
        Arguments.of("{method: get}", "method", "did you mean \"GET\"?"),
        Arguments.of("{headers: {host: a}}", "headers.host", "healthCheck.host sets the Host"),
        Arguments.of("{headers: {A: b, a: b}}", "headers.a", "stands here twice"),
        Arguments.of("{expect: {status: [20]}}", "expect.status[0]", "neither a status nor"),
        Arguments.of("{expect: {status: 299-200}}", "expect.status", "not within 299 to 599"),
        Arguments.of("{expect: {status: 600}}", "expect.status", "not within 100 to 599"),
        Arguments.of("{expect: {status: []}}", "expect.status", "has no status"),
        Arguments.of("{expect: {bodyRegex: \"(\"}}", "expect.bodyRegex", "not a regular"),
        Arguments.of("{expect: {body: a, bodyRegex: b}}", "expect", "either body or bodyRegex"),
        Arguments.of("{expect: {body: \"\"}}", "expect", "length of body 0"),
        Arguments.of("{type: udp}", "", "needs send"),
        Arguments.of("{type: udp, send: a, expect: {status: 200}}", "expect.status", "unknown key"),
        Arguments.of("{type: tcp, expect: {body: a}}", "expect", "not for tcp"),
        Arguments.of("{type: http, service: a}", "service", "service is for type grpc"),
        Arguments.of("{type: command}", "", "command belongs to"),
        Arguments.of("{command: [a]}", "command", "is for type command, not for http"),
        Arguments.of("{tls: {}}", "tls", "is for type https, h2, grpc, tcp, not for http"),
        Arguments.of("{type: https, tls: {sni: a}}", "tls.sni", "unknown key"),
        Arguments.of("{type: udp, send: a, proxyProtocol: v1}", "proxyProtocol", "not for udp"),
        Arguments.of("{port: 0}", "port", "not within 1 to 65535"),
        Arguments.of("{rise: 0}", "rise", "not within 1 to 100"),
        Arguments.of("{fall: 2}", "fall", "detection: {type: count}"),
        Arguments.of("{detection: {type: fi}}", "detection.type", "did you mean \"phi\"?"),
        Arguments.of("{detection: {threshold: 65}}", "detection.threshold", "not within 1 to 64"),
        Arguments.of("{detection: {window: 9}}", "detection.window", "not within 10 to 1000"),
        Arguments.of("{detection: {minSamples: 201}}", "detection", "not within 1 to 200"),
        Arguments.of("{detection: {floor: 0ms}}", "detection", "floor 0ms is not within"),
        Arguments.of("{detection: {cap: 1s}}", "detection", "not longer than acceptablePause"),
        Arguments.of("{detection: {tresholt: 8}}", "detection.tresholt", "\"threshold\"?"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void shouldNameTheMistake(String check, String path, String message) {
    Mistakes.assertRefused(
        HEAD + "healthCheck: " + check + " #here",
        path.isEmpty() ? "healthCheck" : "healthCheck." + path,
        message);
  }

  private static List<String> warnings(String check) {
    var documents = Examples.yaml(HEAD + "healthCheck: " + check);
    return Planner.plan(documents, Examples.empty(), ApplyOptions.NONE, Instant.EPOCH)
        .warnings()
        .stream()
        .map(Problem::message)
        .toList();
  }

  @Test
  void shouldWarnThatAConnectionSaysNothingOfAFrozenProcess() {
    assertThat(warnings("{type: tcp}")).hasSize(1).first().asString().contains("frozen process");
    assertThat(warnings("{type: tcp, tls: {}}")).isEmpty();
    assertThat(warnings("{type: http}")).isEmpty();
  }

  @Test
  void shouldWantTheCertificatesThatAProbeTrusts() {
    var documents = Examples.yaml(HEAD + "healthCheck: {type: https, tls: {authority: ca}}");

    assertThat(
            org.assertj.core.api.Assertions.catchThrowableOfType(
                    InvalidInput.class,
                    () ->
                        Planner.plan(documents, Examples.empty(), ApplyOptions.NONE, Instant.EPOCH))
                .problems()
                .getFirst()
                .path())
        .isEqualTo("healthCheck.tls.authority");
  }
}
