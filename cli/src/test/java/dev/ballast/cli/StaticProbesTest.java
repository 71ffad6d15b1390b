package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.ballast.detection.Outcome;
import dev.ballast.detection.ProbeCounters;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.detection.Target;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticProbesTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final String HEAD =
      """
      kind: LoadBalancer
      name: web
      domain: web.test
      listeners:
      - {name: http, port: 8080, protocol: http}
      - {name: echo, port: 8081, protocol: tcp, pool: echo}
      routes:
      - {pool: web}
      ---
      kind: Pool
      name: echo
      backends:
      - {name: b1, address: "10.0.0.9:80"}
      ---
      kind: Pool
      name: web
      healthCheck: {type: http, interval: 200ms}
      """;

  @TempDir Path directory;
  private final List<BackendStatus> found = new CopyOnWriteArrayList<>();
  private final StaticProbes probes =
      new StaticProbes(
          ProbingSettings.DEFAULT, InstantSource.system(), System::nanoTime, found::add);
  private final StaticConfiguration configuration =
      new StaticConfiguration("default", "1234567890abcdef", InstantSource.system());
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    probes.close();
    server.stop(0);
  }

  private String at(String name, int port) {
    return "- {name: " + name + ", address: \"127.0.0.1:" + port + "\"}\n";
  }

  private Snapshot site(String text) throws Exception {
    Files.writeString(directory.resolve("web.yaml"), text);
    return configuration
        .load(DocumentInput.read(new TestShell(directory).shell(), "web.yaml"))
        .snapshot();
  }

  private BackendStatus next(int place) {
    await().atMost(Duration.ofSeconds(10)).until(() -> found.size() > place);
    return found.get(place);
  }

  private int targets() {
    return probes.counters().map(ProbeCounters::targets).orElse(0);
  }

  @Test
  void shouldProbeWhatHasAHealthCheckAndNothingElse() throws Exception {
    var targets = StaticProbes.targets(site(HEAD + "backends:\n" + at("b1", 81) + at("b2", 82)));
    assertThat(targets).containsOnlyKeys("web/b1", "web/b2");
    assertThat(targets.get("web/b2").port()).isEqualTo(82);
  }

  @Test
  void shouldTrustTheAuthorityThatTheFileNames() throws Exception {
    var certs = new TestShell(directory).shell();
    assertThat(Commands.run(certs, "certs", "--dir", "certs", "--host", "a.test")).isZero();
    String authority =
        "---\nkind: Certificate\nname: ca\ncertificate: |\n"
            + Files.readString(directory.resolve("certs/ca.crt")).indent(2);
    String check = "healthCheck: {type: https, tls: {authority: ca}}";
    var site =
        HEAD.replace("healthCheck: {type: http, interval: 200ms}", check)
            + "backends:\n"
            + at("b1", 81)
            + authority;

    Target target = StaticProbes.targets(site(site)).get("web/b1");

    assertThat(target.spec().toString()).contains("BEGIN CERTIFICATE");
  }

  @Test
  void shouldRunProgramsWhereThatIsAllowed() throws Exception {
    Path trace = directory.resolve("ran");
    String check =
        "healthCheck: {type: command, interval: 200ms, command: [touch, %s]}".formatted(trace);
    var site =
        site(
            HEAD.replace("healthCheck: {type: http, interval: 200ms}", check)
                + "backends:\n"
                + at("b1", 81));

    probes.follow(site);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> probes.counters().orElseThrow().failed(Outcome.Kind.NOT_ASKED) > 1);
    assertThat(trace).doesNotExist();
    assertThat(found).isEmpty();

    var allowing = ProbingSettings.DEFAULT.allowingCommands(true);
    try (var other =
        new StaticProbes(allowing, InstantSource.system(), System::nanoTime, found::add)) {
      other.follow(site);
      assertThat(next(0).verdict()).isEqualTo(Verdict.HEALTHY);
      assertThat(trace).exists();
    }
  }

  @Test
  void shouldDoNothingWithoutAHealthCheck() throws Exception {
    String without = HEAD.replace("healthCheck: {type: http, interval: 200ms}\n", "");
    probes.follow(site(without + "backends:\n" + at("b1", 81)));
    assertThat(probes.counters()).isEmpty();
  }

  @Test
  void shouldFollowTheFile() throws Exception {
    int good = server.getAddress().getPort();
    int dead = freePort();
    probes.follow(site(HEAD + "backends:\n" + at("b1", good) + at("b2", good)));
    assertThat(List.of(next(0), next(1)))
        .extracting(
            one -> one.name(), one -> one.verdict(), one -> one.address().orElseThrow().toString())
        .containsExactlyInAnyOrder(
            tuple("web/b1", Verdict.HEALTHY, "127.0.0.1:" + good),
            tuple("web/b2", Verdict.HEALTHY, "127.0.0.1:" + good));
    assertThat(targets()).isEqualTo(2);

    probes.follow(site(HEAD + "backends:\n" + at("b2", dead)));
    var moved = next(2);
    assertThat(moved.address().orElseThrow().toString()).isEqualTo("127.0.0.1:" + dead);
    assertThat(moved.verdict()).isEqualTo(Verdict.UNHEALTHY);
    assertThat(moved.reason()).isEqualTo("connection refused");
    assertThat(targets()).isEqualTo(1);

    probes.follow(site(HEAD.replace("healthCheck: {type: http, interval: 200ms}\n", "")));
    assertThat(targets()).isZero();
    assertThat(found).hasSize(3);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }
}
