package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ballast.model.Revision;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What people get wrong: a clear error each, and nothing applied. And a port that somebody else has. */
class BadInputIT {
  private static final int TAKEN_PORT = 8099;
  private static final Deployment SYSTEM = Deployment.ofTwo("bad-input");

  @BeforeAll
  static void configure() {
    SYSTEM.applied(Web.of(Map.of("b1", SYSTEM.startBackend("b1"))));
    SYSTEM.lbs().forEach(LbProcess::awaitReady);
  }

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  /** What was wrong, the document, and what the error has to say: the line among it. */
  static Stream<Arguments> badDocuments() {
    return Stream.of(
        arguments(
            "an unknown key, with what was meant",
            """
            kind: Pool
            name: web
            algoritm: {type: round-robin}
            """,
            "(?s).*\\b3\\b.*algoritm.*did you mean.*algorithm.*"),
        arguments(
            "a route to a pool that isn't there",
            """
            kind: LoadBalancer
            name: other
            domain: other.example.test
            listeners: [{name: http, port: 8080, protocol: http}]
            routes: [{pool: wbe}]
            """,
            "(?s).*routes\\[0\\]\\.pool.*no Pool \"wbe\".*web.*"),
        arguments(
            "a port out of range",
            """
            kind: LoadBalancer
            name: other
            domain: other.example.test
            listeners: [{name: http, port: 70000, protocol: http}]
            """,
            "(?s).*\\b4\\b.*listeners\\[0\\]\\.port.*65535.*"),
        arguments(
            "the same name twice",
            """
            kind: Pool
            name: twice
            ---
            kind: Pool
            name: twice
            """,
            "(?s).*Pool twice is written twice.*document 1.*"),
        arguments(
            "one backend twice in its pool",
            """
            kind: Pool
            name: twice
            backends:
              - {name: b1, address: "127.0.0.1:1"}
              - {name: b1, address: "127.0.0.1:2"}
            """,
            "(?s).*backends\\[1\\].*b1.*"),
        arguments(
            "YAML that isn't",
            """
            kind: Pool
            name: [web
            """,
            "(?s).*\\b[23]\\b.*not YAML.*"),
        arguments(
            "a document of 10 MB",
            "kind: Pool\nname: big # " + "x".repeat(10 << 20) + "\n",
            "(?s).*8 MiB.*"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badDocuments")
  void shouldRefuse(String description, String document, String message) throws Exception {
    Path file = Files.writeString(SYSTEM.directory().resolve("bad.yaml"), document);
    Revision before = SYSTEM.api().revision();

    Finished apply = SYSTEM.ballast("apply", "-f", file.toString());

    assertThat(apply.exitCode()).as(apply.all()).isEqualTo(1);
    assertThat(apply.err()).as("error for " + description).matches(message);
    assertThat(apply.err().length()).as("short enough to be read").isLessThan(2_000);
    assertThat(SYSTEM.api().revision()).isEqualTo(before);
  }

  /** The same past the client: the controller doesn't rely on what the client checks. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("badDocuments")
  void shouldRefuseOverHttp(String description, String document, String message) {
    Revision before = SYSTEM.api().revision();

    Api.Reply reply = SYSTEM.api().apply(document);

    assertThat(reply.status()).as(description + ": " + reply.text()).isIn(400, 413, 422);
    assertThat(reply.json().path("title").asString("")).isNotEmpty();
    assertThat(SYSTEM.api().revision()).isEqualTo(before);
  }

  @Test
  void shouldSayWhichListenerFailedWhereAndBindItWhenThePortIsFree() throws Exception {
    LbProcess lb1 = SYSTEM.lbs().getFirst();
    LbProcess lb2 = SYSTEM.lbs().getLast();
    Path file =
        Files.writeString(
            SYSTEM.directory().resolve("taken.yaml"),
            """
            kind: LoadBalancer
            name: taken
            domain: taken.example.test
            listeners: [{name: http, port: %d, protocol: http}]
            routes: [{pool: web}]
            """
                .formatted(TAKEN_PORT));
    try (var owner = new ServerSocket()) {
      owner.bind(new InetSocketAddress(InetAddress.getByName(lb1.address()), TAKEN_PORT));

      Finished apply = SYSTEM.ballast("apply", "-f", file.toString());

      assertThat(apply.exitCode()).as(apply.all()).isEqualTo(3);
      assertThat(apply.all())
          .contains(
              "in use on 2 of 2 LB servers", "lb1", "taken/http", Integer.toString(TAKEN_PORT))
          .contains("process " + ProcessHandle.current().pid());
      assertThat(listener(lb1)).isEqualTo("failed");
      assertThat(listener(lb2)).isEqualTo("bound");
      assertThat(status(lb1, Web.HTTP, Web.HOST)).as("everything else is in use").isEqualTo(200);
    }
    await("the port is bound when it is free")
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(listener(lb1)).isEqualTo("bound"));
    assertThat(status(lb1, TAKEN_PORT, "taken.example.test")).isEqualTo(200);
  }

  private static String listener(LbProcess lb) {
    return lb.report()
        .path("listeners")
        .valueStream()
        .filter(each -> each.path("loadBalancer").asString().equals("taken"))
        .findFirst()
        .orElseThrow()
        .path("state")
        .asString();
  }

  private static int status(LbProcess lb, int port, String host) throws Exception {
    try (var connection = HttpConnection.open(Place.HERE, lb.at(port), Duration.ofSeconds(5))) {
      return connection.get(host, "/").status();
    }
  }
}
