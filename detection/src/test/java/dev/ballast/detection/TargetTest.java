package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import dev.ballast.detection.ProbeSpec.BodyRule;
import dev.ballast.detection.ProbeSpec.Opening;
import dev.ballast.detection.ProbeSpec.TlsSpec;
import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.Documents;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.Pool;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a pool's health check makes of a backend: each key of it, as people write it. */
class TargetTest {
  private static final String AUTHORITIES = "PEM of an authority";
  private static final String ADDRESS = "b1.internal:8080";
  private static final TlsSpec USUAL_TLS = new TlsSpec(true, "b1.internal", "");
  private static final WatchSettings USUAL = settings(usual -> usual, usual -> usual);

  /** The keys of docs/configuration.md that say what a probe does, and those that say when and what follows. */
  private static final List<String> KEYS =
      List.of(
          "type method path host headers status body bodyRegex service watch send command",
          "verify authority serverName proxyProtocol port interval jitter timeout",
          "unhealthyInterval initialInterval grace rise fall threshold window minSamples",
          "estimator floor acceptablePause firstEstimate cap");

  private static HealthCheck check(String document) {
    String pool = "kind: Pool\nname: web\nhealthCheck: " + document;
    var read = Documents.parse(pool.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML);
    return ((Pool) read.resources().iterator().next()).healthCheck().orElseThrow();
  }

  private static Target target(String address, String document) {
    var where = BackendAddress.parse(address);
    var backend = new Backend("web", "b1", where, 1, "", AdminState.ENABLED);
    HealthCheck check = check(document);
    boolean isTrusting =
        check.connection().tls().filter(tls -> tls.authority().isPresent()).isPresent();
    return Target.of(backend, check, isTrusting ? AUTHORITIES : "");
  }

  /** A request for / at b1.internal:8080, but for what is said. */
  private record Asked(
      boolean isHttp2,
      @Nullable TlsSpec tls,
      Opening opening,
      String method,
      String path,
      String host,
      Map<String, String> headers,
      Statuses statuses,
      @Nullable BodyRule body) {
    static final Asked USUAL =
        new Asked(
            false, null, Opening.NOTHING, "GET", "/", ADDRESS, Map.of(), Statuses.SUCCESS, null);

    Asked over(boolean http2, @Nullable TlsSpec with) {
      return new Asked(http2, with, opening, method, path, host, headers, statuses, body);
    }

    Asked opening(Opening first) {
      return new Asked(isHttp2, tls, first, method, path, host, headers, statuses, body);
    }

    Asked asking(String how, String what, String whom) {
      return new Asked(isHttp2, tls, opening, how, what, whom, headers, statuses, body);
    }

    Asked with(Map<String, String> fields) {
      return new Asked(isHttp2, tls, opening, method, path, host, fields, statuses, body);
    }

    Asked wanting(List<Statuses.Range> ranges, @Nullable BodyRule rule) {
      var wanted = new Statuses(ranges);
      return new Asked(isHttp2, tls, opening, method, path, host, headers, wanted, rule);
    }

    ProbeSpec spec() {
      return new ProbeSpec.Http(isHttp2, tls, opening, method, path, host, headers, statuses, body);
    }
  }

  private static Arguments row(String document, Asked asked) {
    return Arguments.of(document, asked.spec());
  }

  private static Arguments row(String document, ProbeSpec spec) {
    return Arguments.of(document, spec);
  }

  private static ProbeSpec grpc(@Nullable TlsSpec tls, String host, String service, boolean watch) {
    return new ProbeSpec.Grpc(tls, Opening.NOTHING, host, service, watch);
  }

  private static ProbeSpec udp(String send, String expected) {
    return new ProbeSpec.Udp(
        ByteBuffer.wrap(send.getBytes(StandardCharsets.UTF_8)),
        ByteBuffer.wrap(expected.getBytes(StandardCharsets.UTF_8)));
  }

  static Stream<Arguments> specs() {
    var asked = Asked.USUAL;
    var success = Statuses.SUCCESS.ranges();
    return Stream.of(
        row("{}", asked),
        row("{type: http}", asked),
        row("{type: https}", asked.over(false, USUAL_TLS)),
        row("{type: h2}", asked.over(true, USUAL_TLS)),
        row("{type: h2c}", asked.over(true, null)),
        row("{method: HEAD}", asked.asking("HEAD", "/", ADDRESS)),
        row("{path: /healthz}", asked.asking("GET", "/healthz", ADDRESS)),
        row("{host: web.test}", asked.asking("GET", "/", "web.test")),
        row("{port: 81}", asked.asking("GET", "/", "b1.internal:81")),
        row(
            "{headers: {X-Probe: '1', accept: a/b}}",
            asked.with(Map.of("x-probe", "1", "accept", "a/b"))),
        row(
            "{expect: {status: [204, 300-399]}}",
            asked.wanting(
                List.of(new Statuses.Range(204, 204), new Statuses.Range(300, 399)), null)),
        row(
            "{expect: {body: 'all (well)'}}",
            asked.wanting(success, BodyRule.containing("all (well)"))),
        row(
            "{expect: {bodyRegex: '^o+k$'}}",
            asked.wanting(success, new BodyRule("match of ^o+k$", Pattern.compile("^o+k$")))),
        row(
            "{type: https, tls: {verify: false}}",
            asked.over(false, new TlsSpec(false, "b1.internal", ""))),
        row(
            "{type: h2, tls: {authority: ca}}",
            asked.over(true, new TlsSpec(true, "b1.internal", AUTHORITIES))),
        row(
            "{type: https, tls: {serverName: web.test}}",
            asked.over(false, new TlsSpec(true, "web.test", ""))),
        row("{proxyProtocol: v1}", asked.opening(Opening.PROXY_V1)),
        row("{proxyProtocol: v2}", asked.opening(Opening.PROXY_V2)),
        row("{type: grpc}", grpc(null, ADDRESS, "", false)),
        row("{type: grpc, tls: {}}", grpc(USUAL_TLS, ADDRESS, "", false)),
        row("{type: grpc, host: web.test}", grpc(null, "web.test", "", false)),
        row("{type: grpc, service: a.b.C}", grpc(null, ADDRESS, "a.b.C", false)),
        row("{type: grpc, watch: true}", grpc(null, ADDRESS, "", true)),
        row("{type: tcp}", new ProbeSpec.Tcp(null, Opening.NOTHING)),
        row("{type: tcp, tls: {}}", new ProbeSpec.Tcp(USUAL_TLS, Opening.NOTHING)),
        row("{type: tcp, proxyProtocol: v2}", new ProbeSpec.Tcp(null, Opening.PROXY_V2)),
        row("{type: udp, send: ping}", udp("ping", "")),
        row("{type: udp, send: ping, expect: {body: pong}}", udp("ping", "pong")),
        row(
            "{type: command, command: [sh, -c, 'exit 0']}",
            new ProbeSpec.Command(List.of("sh", "-c", "exit 0"))));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldAskAsTheHealthCheckSays(String document, ProbeSpec spec) {
    assertThat(target(ADDRESS, document).spec()).isEqualTo(spec);
    assertThat(target(ADDRESS, document))
        .as("of the same documents")
        .isEqualTo(target(ADDRESS, document));
  }

  private static WatchSettings settings(
      UnaryOperator<Pace> pace, UnaryOperator<AccrualSettings> accrual) {
    var second = Duration.ofSeconds(1);
    var usual = new Pace(second, second, second, 5, Duration.ofMillis(500), Duration.ZERO);
    return new WatchSettings(
        pace.apply(usual),
        new Detection.Phi(accrual.apply(AccrualSettings.DEFAULT)),
        Rising.DEFAULT);
  }

  private static Arguments paced(
      String document, int interval, int unhealthy, int first, int jitter, int timeout, int grace) {
    return Arguments.of(
        document,
        settings(
            _ ->
                new Pace(
                    Duration.ofMillis(interval),
                    Duration.ofMillis(unhealthy),
                    Duration.ofMillis(first),
                    jitter,
                    Duration.ofMillis(timeout),
                    Duration.ofMillis(grace)),
            usual -> usual));
  }

  private static Arguments judged(
      String document,
      Estimator estimator,
      double threshold,
      int window,
      int minSamples,
      int... millis) {
    return Arguments.of(
        "{detection: " + document + "}",
        settings(
            usual -> usual,
            _ ->
                new AccrualSettings(
                    estimator,
                    threshold,
                    window,
                    minSamples,
                    Duration.ofMillis(millis[0]),
                    Duration.ofMillis(millis[1]),
                    Duration.ofMillis(millis[2]),
                    Duration.ofMillis(millis[3]))));
  }

  static Stream<Arguments> settings() {
    var normal = Estimator.NORMAL;
    return Stream.of(
        Arguments.of("{}", USUAL),
        paced("{interval: 2s}", 2_000, 2_000, 2_000, 5, 500, 0),
        paced("{unhealthyInterval: 3s}", 1_000, 3_000, 1_000, 5, 500, 0),
        paced("{initialInterval: 200ms}", 1_000, 1_000, 200, 5, 500, 0),
        paced("{jitter: 20%}", 1_000, 1_000, 1_000, 20, 500, 0),
        paced("{timeout: 700ms}", 1_000, 1_000, 1_000, 5, 700, 0),
        paced("{grace: 1m}", 1_000, 1_000, 1_000, 5, 500, 60_000),
        judged("{threshold: 9.5}", normal, 9.5, 200, 10, 100, 50, 1_000, 10_000),
        judged("{window: 300}", normal, 8, 300, 10, 100, 50, 1_000, 10_000),
        judged("{minSamples: 20}", normal, 8, 200, 20, 100, 50, 1_000, 10_000),
        judged("{firstEstimate: 7ms}", normal, 8, 200, 10, 7, 50, 1_000, 10_000),
        judged("{floor: 7ms}", normal, 8, 200, 10, 100, 7, 1_000, 10_000),
        judged("{acceptablePause: 3s}", normal, 8, 200, 10, 100, 50, 3_000, 10_000),
        judged("{cap: 20s}", normal, 8, 200, 10, 100, 50, 1_000, 20_000),
        judged(
            "{estimator: exponential}", Estimator.EXPONENTIAL, 8, 200, 10, 100, 50, 1_000, 10_000),
        judged("{estimator: histogram}", Estimator.HISTOGRAM, 8, 200, 10, 100, 50, 1_000, 10_000),
        Arguments.of(
            "{fall: 4, detection: {type: count}}",
            new WatchSettings(USUAL.pace(), new Detection.Count(4), USUAL.rising())),
        Arguments.of(
            "{rise: 5}",
            new WatchSettings(
                USUAL.pace(), USUAL.detection(), new Rising(5, Duration.ofMinutes(5)))));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldWatchAsTheHealthCheckSays(String document, WatchSettings settings) {
    assertThat(target(ADDRESS, document).settings()).isEqualTo(settings);
  }

  @Test
  void shouldHaveARowForEveryKey() {
    var missing = new TreeSet<String>();
    var documents = new ArrayList<String>();
    Stream.concat(specs(), settings()).forEach(row -> documents.add(row.get()[0].toString()));
    for (String key : String.join(" ", KEYS).split(" ", -1)) {
      if (documents.stream().noneMatch(document -> document.contains(key + ":"))) {
        missing.add(key);
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void shouldGoWhereTheHealthCheckSaysAndKnowTheBackendByItsOwnAddress() {
    var target = target(ADDRESS, "{port: 81}");
    assertThat(target.id()).isEqualTo("web/b1");
    assertThat(target.host()).isEqualTo("b1.internal");
    assertThat(target.port()).isEqualTo(81);
    assertThat(target.server()).isEqualTo(ADDRESS);
    assertThat(target(ADDRESS, "{}").port()).isEqualTo(8_080);
  }

  @Test
  void shouldAskAnAddressOfVersionSixByNameWithoutItsZone() {
    var target = target("[fe80::1%eth0]:8080", "{type: https}");
    assertThat(target.host()).isEqualTo("fe80::1%eth0");
    assertThat(target.spec())
        .isEqualTo(
            Asked.USUAL
                .asking("GET", "/", "[fe80::1]:8080")
                .over(false, new TlsSpec(true, "fe80::1", ""))
                .spec());
  }
}
