package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AccessLog;
import dev.ballast.model.AddressBlock;
import dev.ballast.model.Forwarding;
import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Protocol;
import dev.ballast.model.Route;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a line of the access log says, and which exchanges leave one. */
class AccessLogTest {
  static final AccessLog JSON = new AccessLog("", 1);

  private final Lines lines = new Lines();
  private final Proxy proxy =
      Proxy.start(settings -> settings.withAccessLog(lines).withEventLoops(1));

  @AfterEach
  void stop() {
    proxy.close();
  }

  /** A load balancer that logs; everything goes to the pool {@code web}. */
  static Configuration logged(AccessLog log, int port, TestBackend... backends) {
    return logged(log, Forwarding.defaults(), port, List.of(Configuration.route("web")))
        .pool("web", backends);
  }

  private static Configuration logged(
      AccessLog log, Forwarding forwarding, int port, List<Route> routes) {
    var listener = new Listener("http", port, Protocol.HTTP, Optional.empty());
    var policy =
        new LoadBalancer.HttpPolicy(forwarding, List.of(), Optional.of(log), Optional.empty());
    return new Configuration()
        .put(
            new LoadBalancer(
                    "web", "default", "web.test", List.of("*.test"), List.of(listener), routes)
                .with(policy));
  }

  @Test
  void shouldSayAllOfAnExchangeInJson() {
    try (var backend = TestBackend.named("b1");
        var client = proxy.use(logged(JSON, proxy.port(), backend)).client()) {
      client.send(
          HttpText.head(
                  "POST /a%20b/c?x=1&y HTTP/1.1",
                  "Host: any.test",
                  "User-Agent: check/1",
                  "Referer: http://from.test/",
                  "X-Request-Id: theirs",
                  "Content-Length: 5")
              + "hello");
      assertThat(client.read().status()).isEqualTo(200);

      JsonNode line = lines.nextJson();

      assertThat(Instant.parse(line.get("time").asString())).isBefore(Instant.now());
      assertThat(line.get("client").asString()).isEqualTo("127.0.0.1");
      assertThat(line.get("clientPort").asInt()).isEqualTo(client.socket().getLocalPort());
      assertThat(line.get("listener").asString()).isEqualTo("http");
      assertThat(line.get("loadBalancer").asString()).isEqualTo("web");
      assertThat(line.get("route").asString()).isEqualTo("1");
      assertThat(line.get("pool").asString()).isEqualTo("web");
      assertThat(line.get("backend").asString()).isEqualTo("b1");
      assertThat(line.get("method").asString()).isEqualTo("POST");
      assertThat(line.get("host").asString()).isEqualTo("any.test");
      assertThat(line.get("path").asString()).isEqualTo("/a%20b/c");
      assertThat(line.get("query").asString()).isEqualTo("x=1&y");
      assertThat(line.get("protocol").asString()).isEqualTo("HTTP/1.1");
      assertThat(line.get("status").asInt()).isEqualTo(200);
      assertThat(line.has("reason")).isFalse();
      assertThat(line.get("bytesIn").asInt()).isEqualTo(5);
      assertThat(line.get("bytesOut").asInt()).isEqualTo(2);
      assertThat(line.get("duration").asDouble())
          .isGreaterThanOrEqualTo(line.get("firstByte").asDouble())
          .isLessThan(20);
      assertThat(line.get("tries").asInt()).isEqualTo(1);
      assertThat(line.get("requestId").asString()).matches("[0-9a-f]{32}");
      assertThat(line.get("userAgent").asString()).isEqualTo("check/1");
      assertThat(line.get("referer").asString()).isEqualTo("http://from.test/");
      assertThat(line.has("tlsVersion")).isFalse();
    }
  }

  @Test
  void shouldFillInATemplate() {
    var log = new AccessLog("<%{client}> \"%{method} %{path}\" %{status} %{reason} %{query} é", 1);
    try (var backend = TestBackend.named("b1");
        var client = proxy.use(logged(log, proxy.port(), backend)).client()) {
      client.get("/x").read();

      assertThat(lines.next()).isEqualTo("<127.0.0.1> \"GET /x\" 200 - - \u00c3\u00a9");
    }
  }

  @Test
  void shouldNotLetAClientForgeALine() {
    var log = new AccessLog("agent=\"%{userAgent}\" path=\"%{path}\"", 1);
    try (var backend = TestBackend.named("b1")) {
      proxy.use(logged(log, proxy.port(), backend));
      String evil = "a\" path=\"/ok\\\t\u00e9";
      sendWithAgent(evil);
      assertThat(lines.next())
          .isEqualTo("agent=\"a\\x22 path=\\x22/ok\\x5c\\x09\\xe9\" path=\"/\"");

      proxy.use(logged(JSON, proxy.port(), backend));
      sendWithAgent(evil);
      assertThat(lines.nextJson().get("userAgent").asString()).isEqualTo(evil);
    }
  }

  private void sendWithAgent(String agent) {
    try (var client = proxy.client()) {
      client.send(HttpText.head("GET / HTTP/1.1", "Host: any.test", "User-Agent: " + agent));
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldCutWhatIsTooLong() {
    try (var backend = TestBackend.named("b1");
        var client = proxy.use(logged(JSON, proxy.port(), backend)).client()) {
      client.get("/" + "\"".repeat(4_000) + "?" + "q".repeat(1_025)).read();

      JsonNode line = lines.nextJson();

      assertThat(line.get("path").asString()).isEqualTo("/" + "\"".repeat(511));
      assertThat(line.get("query").asString()).isEqualTo("q".repeat(1_024));
      assertThat(proxy.metric("ballast_proxy_access_log_cut_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldKeepALineWithinItsLimitAndValid() {
    for (int limit = 64; limit < 700; limit += 7) {
      int most = limit;
      var few = new Lines();
      try (var small =
              Proxy.start(
                  settings ->
                      settings
                          .withAccessLog(few)
                          .withLimits(settings.limits().with(Limit.ACCESS_LOG_LINE_BYTES, most)));
          var client = small.use(logged(JSON, small.port())).client()) {
        client.get("/some/path?with=query").read();
        String line = few.next();
        assertThat(line.length() + 1).isLessThanOrEqualTo(limit);
        assertThat(JsonMapper.shared().readTree(line).isObject()).isTrue();
      }
    }
  }

  @Test
  void shouldLogOneInSoManyButAllThatFails() {
    var log = new AccessLog("%{status} %{path}", 10);
    try (var backend =
            TestBackend.running(
                conversation -> {
                  for (String head = conversation.readRequest();
                      head != null;
                      head = conversation.readRequest()) {
                    String status = head.startsWith("GET /bad") ? "500 No" : "200 OK";
                    conversation.write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
                  }
                });
        var client = proxy.use(logged(log, proxy.port(), backend)).client()) {
      for (int i = 1; i <= 100; i++) {
        client.get("/" + i).read();
        client.get("/bad" + i).read();
      }
      int failed = 0;
      for (int i = 0; i < 110; i++) {
        failed += lines.next().startsWith("500 /bad") ? 1 : 0;
      }
      assertThat(failed).isEqualTo(100);
      assertThat(lines.waiting()).isZero();
      assertThat(proxy.metric("ballast_proxy_access_log_lines_total")).isEqualTo(110);
    }
  }

  @Test
  void shouldSayWhyNothingCouldBeAnswered() {
    try (var client = proxy.use(logged(JSON, proxy.port())).client()) {
      assertThat(client.get("/").read().status()).isEqualTo(503);

      JsonNode line = lines.nextJson();

      assertThat(line.get("status").asInt()).isEqualTo(503);
      assertThat(line.get("reason").asString()).isEqualTo("no-backend");
      assertThat(line.get("tries").asInt()).isZero();
      assertThat(line.get("bytesOut").asInt()).isPositive();
      assertThat(line.has("backend")).isFalse();
    }
  }

  @Test
  void shouldLogARequestForAHostThatNobodyServes() {
    try (var client = proxy.use(logged(JSON, proxy.port())).client()) {
      client.send(HttpText.head("GET /x?y HTTP/1.1", "Host: any.example", "User-Agent: check/1"));
      assertThat(client.read().status()).isEqualTo(404);

      JsonNode line = lines.nextJson();

      assertThat(line.get("client").asString()).isEqualTo("127.0.0.1");
      assertThat(line.get("loadBalancer").asString()).isEqualTo("web");
      assertThat(line.get("listener").asString()).isEqualTo("http");
      assertThat(line.get("route").asString()).isEqualTo("-");
      assertThat(line.get("host").asString()).isEqualTo("any.example");
      assertThat(line.get("path").asString()).isEqualTo("/x");
      assertThat(line.get("userAgent").asString()).isEqualTo("check/1");
      assertThat(line.get("status").asInt()).isEqualTo(404);
      assertThat(line.get("reason").asString()).isEqualTo("no-host");
      assertThat(line.get("bytesOut").asInt()).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP/1.1,    400",
    "GET / HTTP/9.9,    505",
    "GET /a b HTTP/1.1, 400",
  })
  void shouldLogARequestThatCouldNotBeRead(String line, int status) {
    try (var client = proxy.use(logged(JSON, proxy.port())).client()) {
      RawClient.Answer answer = client.send(line + "\r\n\r\n").read();
      assertThat(answer.status()).isEqualTo(status);

      JsonNode logged = lines.nextJson();

      assertThat(logged.get("status").asInt()).isEqualTo(status);
      assertThat(logged.get("reason").asString()).isEqualTo(answer.field("Ballast-Reason"));
      assertThat(logged.get("clientPort").asInt()).isEqualTo(client.socket().getLocalPort());
      assertThat(logged.get("tries").asInt()).isZero();
      for (String unknown : List.of("method", "host", "path", "protocol", "pool", "requestId")) {
        assertThat(logged.has(unknown)).as(unknown).isFalse();
      }
    }
  }

  @Test
  void shouldLogAHeadThatDoesNotArrive() {
    try (var patient =
            Proxy.start(
                settings ->
                    settings
                        .withAccessLog(lines)
                        .withLimits(Limits.defaults().with(Limit.HEAD_MILLIS, 100)));
        var client = patient.use(logged(JSON, patient.port())).client().send("GET / HT")) {
      assertThat(client.read().status()).isEqualTo(408);
      assertThat(lines.nextJson().get("reason").asString()).isEqualTo("head-timeout");
    }
  }

  @Test
  void shouldNotSayWhoseARequestIsThatSeveralLoadBalancersMightServe() {
    var other =
        new LoadBalancer(
            "other",
            "default",
            "other.test",
            List.of("other.host"),
            List.of(new Listener("http", proxy.port(), Protocol.HTTP, Optional.empty())),
            List.of());
    var configuration = logged(new AccessLog("%{loadBalancer} %{reason}", 1), proxy.port());
    try (var client = proxy.use(configuration.put(other)).client()) {
      client.send(HttpText.head("GET / HTTP/1.1", "Host: any.example")).read();
      assertThat(lines.next()).isEqualTo("- no-host");
    }
  }

  @Test
  void shouldLogWhoeverLeavesEarly() {
    var log = new AccessLog("%{status} %{reason}", 1_000);
    try (var silent =
        TestBackend.running(
            conversation -> {
              conversation.readHead();
              conversation.in().read();
            })) {
      proxy.use(logged(log, proxy.port(), silent));
      var client = proxy.client().get("/");
      while (silent.heads().isEmpty()) {
        Thread.onSpinWait();
      }
      client.reset();

      assertThat(lines.next()).isEqualTo("- client-left");
    }
  }

  @Test
  void shouldNameTheClientThatATrustedPeerSpeaksFor() {
    var trusting =
        new Forwarding(
            List.of(AddressBlock.parse("127.0.0.0/8")), Forwarding.Style.X_FORWARDED, "x-id");
    try (var backend = TestBackend.named("b1")) {
      var routes = List.of(Configuration.route("web"));
      var log = new AccessLog("%{client} %{requestId}", 1);
      proxy.use(logged(log, trusting, proxy.port(), routes).pool("web", backend));
      try (var client = proxy.client()) {
        client.send(
            HttpText.head(
                "GET / HTTP/1.1", "Host: a.test", "X-Forwarded-For: 192.0.2.7", "X-Id: theirs"));
        client.read();
        assertThat(lines.next()).isEqualTo("192.0.2.7 theirs");
      }
    }
  }

  @Test
  void shouldLogAStreamAtItsEnd() throws Exception {
    var listener = new Listener("cache", proxy.port(), Protocol.TCP, Optional.of("cache"));
    var policy =
        new LoadBalancer.HttpPolicy(
            Forwarding.defaults(), List.of(), Optional.of(JSON), Optional.empty());
    var balancer =
        new LoadBalancer("tcp", "default", "t.test", List.of("*"), List.of(listener), List.of());
    try (var echo = TestBackend.echo()) {
      proxy.use(new Configuration().put(balancer.with(policy)).pool("cache", echo));
      try (var client = proxy.client()) {
        client.send("hello").endOutput();
        assertThat(TcpTest.textOf(client.in())).isEqualTo("hello");
      }
      JsonNode line = lines.nextJson();
      assertThat(line.get("protocol").asString()).isEqualTo("TCP");
      assertThat(line.get("backend").asString()).isEqualTo("b1");
      assertThat(line.get("bytesIn").asInt()).isEqualTo(5);
      assertThat(line.get("bytesOut").asInt()).isEqualTo(5);
      assertThat(line.has("status")).isFalse();
      assertThat(line.has("reason")).isFalse();
    }
  }
}
