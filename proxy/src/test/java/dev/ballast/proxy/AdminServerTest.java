package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdminServerTest {
  /** As docs/limits.md says. */
  private static final int CONNECTIONS = 512;

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final AtomicInteger accepted = new AtomicInteger();
  private final SyncReport sync =
      new SyncReport(
          "push+pull",
          true,
          "watch",
          Instant.parse("2026-03-01T12:00:00Z"),
          "all well",
          "no load balancer left");
  private final Proxy proxy =
      Proxy.start(settings -> settings.withSync(() -> sync, accepted::incrementAndGet));

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void shouldTellLifeFromReadiness() {
    assertThat(proxy.admin("/healthz").statusCode()).isEqualTo(200);
    assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(503);
    assertThat(proxy.admin("/readyz").body()).isEqualTo("not ready: no snapshot is in use yet\n");

    proxy.use(Configuration.http(proxy.port()));

    assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldBearNoMoreConnectionsThanItsLimit() throws IOException {
    var open = new ArrayList<Socket>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        open.add(connect());
      }
      try (Socket beyond = connect()) {
        assertThat(beyond.getInputStream().read()).isEqualTo(-1);
      }
      Socket last = open.getLast();
      last.getOutputStream()
          .write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(last.getInputStream().read()).as("the answer's first byte").isEqualTo('H');
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(() -> proxy.admin("/healthz").statusCode() == 200);
  }

  private Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.adminUri("/").getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void shouldReportWhatIsInUse() {
    try (var backend = TestBackend.named("one");
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.get("/").read();

      JsonNode report = JsonMapper.shared().readTree(proxy.admin("/report").body());

      assertThat(report.path("name").asString()).isEqualTo("lb-1");
      assertThat(report.path("ready").asBoolean()).isTrue();
      assertThat(report.path("revision").asString()).isEqualTo("0000abcd.1");
      assertThat(report.path("held").asString()).isEqualTo("no load balancer left");
      assertThat(report.at("/sync/mode").asString()).isEqualTo("push+pull");
      assertThat(report.at("/sync/lastContact").asString()).isEqualTo("2026-03-01T12:00:00Z");
      assertThat(report.at("/listeners/0/state").asString()).isEqualTo("bound");
      assertThat(report.at("/listeners/0/protocol").asString()).isEqualTo("http");
      assertThat(report.at("/pools/0/eligible").asInt()).isEqualTo(1);
      assertThat(report.at("/pools/0/panicThresholdPercent").asInt()).isEqualTo(50);
      JsonNode shown = report.at("/pools/0/backends/0");
      assertThat(shown.path("standing").asString()).isEqualTo("unchecked");
      assertThat(shown.path("address").asString()).isEqualTo(backend.address());
      assertThat(shown.path("reason").asString())
          .isEqualTo("unknown, and the pool has no health check");
      assertThat(shown.path("requests").asInt()).isEqualTo(1);
    }
  }

  /** What an orchestrator looks at every second. */
  @Test
  void shouldReportWithoutPoolsHowItIs() throws IOException {
    int taken = Proxy.freePort();
    try (var backend = TestBackend.named("one");
        var _ = occupied(taken)) {
      proxy.use(
          Configuration.http(proxy.port(), backend)
              .httpBalancer("other", taken, List.of("*"), Configuration.route("web")));

      JsonNode report = JsonMapper.shared().readTree(proxy.admin("/report?pools=false").body());

      assertThat(report.has("pools")).isFalse();
      assertThat(report.path("instance").asString())
          .isNotEmpty()
          .isEqualTo(proxy.server().report().instance());
      assertThat(report.path("ready").asBoolean()).isTrue();
      assertThat(report.path("revision").asString()).isEqualTo("0000abcd.1");
      assertThat(report.path("held").asString()).isEqualTo("no load balancer left");
      assertThat(report.at("/sync/connected").asBoolean()).isTrue();
      assertThat(report.at("/sync/silentMillis").asLong()).isPositive();
      assertThat(report.path("listeners").valueStream().map(one -> one.path("state").asString()))
          .containsExactlyInAnyOrder("bound", "failed");
    }
    assertThat(proxy.admin("/report?pools=maybe").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldReportSinceWhenItHearsNoController() {
    assertThat(silence(null)).isNull();
    assertThat(silence(NOW.minusSeconds(7))).isEqualTo(7_000);
    assertThat(silence(NOW.plusSeconds(7))).as("by a clock that was put back").isZero();
  }

  private static Long silence(@Nullable Instant heard) {
    var lost = new SyncReport("push+pull", false, "watch", heard, "nobody answers", null);
    Report.Sync sync = Reports.sync(lost, NOW);
    assertThat(sync.connected()).isFalse();
    assertThat(sync.lastContact()).isEqualTo(heard == null ? null : heard.toString());
    return sync.silentMillis();
  }

  private static ServerSocket occupied(int port) {
    try {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldAnswerAsSoonAsTheRevisionIsInUse() throws Exception {
    Configuration configuration = Configuration.http(proxy.port());
    proxy.use(configuration);
    CompletableFuture<HttpResponse<String>> waiting =
        CompletableFuture.supplyAsync(() -> proxy.admin("/report?atLeast=0000abcd.2&wait=20s"));

    proxy.use(configuration);

    assertThat(waiting.get(5, TimeUnit.SECONDS).body()).contains("\"revision\":\"0000abcd.2\"");
  }

  @Test
  void shouldNotWaitLongerThanAsked() {
    proxy.use(Configuration.http(proxy.port()));

    assertThat(proxy.admin("/report?atLeast=0000abcd.2&wait=50ms").body())
        .contains("\"revision\":\"0000abcd.1\"");
    assertThat(proxy.admin("/report?atLeast=0000ffff.1").body())
        .contains("\"revision\":\"0000abcd.1\"");
    assertThat(proxy.admin("/report?atLeast=nonsense").statusCode()).isEqualTo(400);
    assertThat(proxy.admin("/report?atLeast=0000abcd.2&wait=long").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldAcceptWhatIsHeldFromThoseWhoMay() {
    assertThat(accept("Bearer wrong").statusCode()).isEqualTo(401);
    assertThat(accept("").statusCode()).isEqualTo(401);
    assertThat(accepted).hasValue(0);
    assertThat(proxy.admin("/held/accept").statusCode()).isEqualTo(405);

    assertThat(accept("Bearer " + Proxy.TOKEN).statusCode()).isEqualTo(200);
    assertThat(accepted).hasValue(1);
  }

  @Test
  void shouldTellRequestsOfItsOwnMachineFromOthers() {
    var local = InetAddress.ofLiteral("10.0.0.11");
    assertThat(AdminServer.isOfThisMachine(local, local)).isTrue();
    assertThat(AdminServer.isOfThisMachine(InetAddress.ofLiteral("127.0.0.9"), local)).isTrue();
    assertThat(AdminServer.isOfThisMachine(InetAddress.ofLiteral("::1"), local)).isTrue();
    assertThat(AdminServer.isOfThisMachine(InetAddress.ofLiteral("10.0.0.2"), local)).isFalse();
  }

  private HttpResponse<String> accept(String authorization) {
    return Proxy.admin(
        HttpRequest.newBuilder(proxy.adminUri("/held/accept"))
            .header("Authorization", authorization)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build());
  }

  @Test
  void shouldShowItsMetrics() {
    proxy.use(Configuration.http(proxy.port()));

    HttpResponse<String> metrics = proxy.admin("/metrics");

    assertThat(metrics.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
    assertThat(metrics.body().lines().filter(line -> !line.startsWith("#")))
        .allMatch(line -> line.startsWith("ballast_proxy_"));
    assertThat(
            proxy.metric("ballast_proxy_listener_bound{listener=\"http\",load_balancer=\"web\"}"))
        .isEqualTo(1);
    assertThat(proxy.metric("ballast_proxy_event_loops")).isEqualTo(2);
  }
}
