package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An LB server that serves a file, without any controller. */
class StaticIT {
  private static final int HTTPS = 8443;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration IN_USE_WITHIN = Duration.ofSeconds(2);

  private static final Path DIRECTORY = Installation.emptyDirectory("static");
  private static final Map<String, String> BACKENDS =
      Map.of("b1", Addresses.next(), "b2", Addresses.next());
  private static final List<Running> SERVERS = new ArrayList<>();

  private final List<LbProcess> lbs = new ArrayList<>();

  @BeforeAll
  static void startBackends() {
    BACKENDS.forEach(
        (name, host) ->
            SERVERS.add(start(name, Roles.backend(name, host, Web.BACKEND_HTTP, Web.BACKEND_TCP))));
    SERVERS.forEach(server -> server.awaitOutput("serves on", PATIENCE));
  }

  @AfterEach
  void stopLbs() {
    lbs.forEach(LbProcess::close);
  }

  @AfterAll
  static void stopBackends() {
    SERVERS.forEach(Running::close);
    Survivors.kill(DIRECTORY);
  }

  private static Running start(String name, List<String> arguments) {
    return Running.ballast(Place.HERE, name, DIRECTORY, arguments);
  }

  /** Serves {@code FILE}; ready when it returns. */
  private LbProcess serving(String name, String file, String... more) {
    String address = Addresses.next();
    var arguments = new ArrayList<>(List.of("lb", "--config", file, "--address", address));
    arguments.addAll(List.of("--drain-delay", "200ms"));
    arguments.addAll(List.of(more));
    var lb = new LbProcess(Place.HERE, name, address, start(name, arguments));
    lbs.add(lb);
    lb.awaitReady();
    return lb;
  }

  /** Requests to the backend only. */
  private static String site(String backend) {
    return """
        kind: LoadBalancer
        name: web
        domain: %s
        listeners:
          - {name: http, port: %d, protocol: http}
        routes:
          - {pool: web}
        ---
        kind: Pool
        name: web
        backends:
          - {name: %s, address: "%s:%d"}
        """
        .formatted(Web.HOST, Web.HTTP, backend, BACKENDS.get(backend), Web.BACKEND_HTTP);
  }

  /** Puts the whole content in the file's place at once. */
  private static void replace(String file, String content) {
    try {
      Path next = Files.writeString(DIRECTORY.resolve(file + ".next"), content);
      Files.move(next, DIRECTORY.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void shouldTakeWhatIsPutInTheFilesPlaceAndKeepConnections() throws IOException {
    replace("changing.yaml", site("b1"));
    LbProcess lb = serving("changing", "changing.yaml");
    try (var connection = HttpConnection.open(Place.HERE, lb.at(Web.HTTP), PATIENCE)) {
      assertThat(connection.get(Web.HOST, "/").header("x-backend")).isEqualTo("b1");

      Duration fastest = PATIENCE;
      for (int revision = 2; revision <= 4; revision++) {
        String backend = revision % 2 == 0 ? "b2" : "b1";
        long start = System.nanoTime();
        replace("changing.yaml", site(backend));
        lb.process()
            .awaitOutput("changing.yaml is in use as revision \\w+\\." + revision, PATIENCE);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        fastest = took.compareTo(fastest) < 0 ? took : fastest;

        await("the open connection goes by the new file")
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> connection.get(Web.HOST, "/").header("x-backend").equals(backend));
      }
      assertThat(fastest)
          .as("of three; the others may have waited for a processor")
          .isLessThan(IN_USE_WITHIN);
    }
  }

  /** The only backend of its zone dies: the next request, and every other one, is answered by the other zone. */
  @Test
  void shouldPreferItsOwnZoneAndGoElsewhereWhenThatDies() throws IOException {
    String host = Addresses.next();
    Running near = start("near", Roles.backend("near", host, Web.BACKEND_HTTP, Web.BACKEND_TCP));
    SERVERS.add(near);
    near.awaitOutput("serves on", PATIENCE);
    String zone =
        "  - {name: near, address: \"%s:%d\", zone: a}\n".formatted(host, Web.BACKEND_HTTP);
    replace("zones.yaml", site("b1").replace("backends:", "zonePreference: {}\nbackends:") + zone);
    LbProcess lb = serving("zones", "zones.yaml", "--zone", "a", "--ordinal", "3");
    assertThat(lb.report().path("zone").asString()).isEqualTo("a");
    assertThat(lb.report().path("ordinal").asInt()).isEqualTo(3);
    try (var connection = HttpConnection.open(Place.HERE, lb.at(Web.HTTP), PATIENCE)) {
      for (int i = 0; i < 20; i++) {
        assertThat(connection.get(Web.HOST, "/").header("x-backend")).isEqualTo("near");
      }
      near.close();
      for (int i = 0; i < 20; i++) {
        assertThat(connection.get(Web.HOST, "/").header("x-backend")).isEqualTo("b1");
      }
    }
  }

  @Test
  void shouldKeepTheLastGoodFileAndSayWhatIsWrongWithTheNext() throws IOException {
    replace("broken.yaml", site("b1"));
    LbProcess lb = serving("broken", "broken.yaml");
    try (var connection = HttpConnection.open(Place.HERE, lb.at(Web.HTTP), PATIENCE)) {
      assertThat(connection.get(Web.HOST, "/").status()).isEqualTo(200);

      replace("broken.yaml", site("b1").replace("{pool: web}", "{pool: wbe}"));
      lb.process().awaitOutput("broken.yaml is not taken, \\w+\\.1 stays in use", PATIENCE);

      assertThat(lb.process().output())
          .contains("broken.yaml:7: routes[0].pool: there is no Pool \"wbe\"");
      assertThat(connection.get(Web.HOST, "/").header("x-backend")).isEqualTo("b1");
      assertThat(lb.report().path("sync").path("detail").asString())
          .contains("broken.yaml:7: routes[0].pool");
    }
  }

  @Test
  void shouldNotStartWithABadFileAndNameEveryMistake() {
    replace("bad.yaml", site("b1").replace("protocol: http", "protocol: htp, prot: 1"));
    Finished refused =
        Finished.ballast(
            Place.HERE,
            DIRECTORY,
            Map.of(),
            List.of("lb", "--config", "bad.yaml", "--address", Addresses.next()));

    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(1);
    assertThat(refused.err())
        .contains("bad.yaml can't be served")
        .contains("bad.yaml:5: listeners[0].protocol: ")
        .contains("bad.yaml:5: listeners[0].prot: ")
        .doesNotContain("\tat ");
  }

  /** Clients that close when they are told to, as any does, notice nothing. */
  @Test
  void shouldFailNoRequestWhenItIsStopped() {
    replace("stopping.yaml", site("b1"));
    LbProcess lb = serving("stopping", "stopping.yaml");
    var failures = new Failures();
    var answered = new AtomicInteger();
    var clients = new ArrayList<Thread>();
    for (int i = 0; i < 8; i++) {
      clients.add(Thread.ofVirtual().start(() -> askUntilToldToClose(lb, answered, failures)));
    }
    await("there is traffic").atMost(PATIENCE).until(() -> answered.get() > 200);

    lb.process().signal("TERM");

    assertThat(lb.process().awaitExit(PATIENCE)).as(lb.process().output()).isZero();
    clients.forEach(StaticIT::join);
    failures.orFail();
  }

  private static void askUntilToldToClose(LbProcess lb, AtomicInteger answered, Failures failures) {
    try (var connection = HttpConnection.open(Place.HERE, lb.at(Web.HTTP), PATIENCE)) {
      while (connection.isUsable()) {
        int status = connection.get(Web.HOST, "/").status();
        answered.incrementAndGet();
        if (status != 200) {
          failures.add(lb.at(Web.HTTP), "answered " + status);
        }
      }
    } catch (IOException failure) {
      failures.add(lb.at(Web.HTTP), failure.toString());
    }
  }

  private static void join(Thread client) {
    try {
      client.join();
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** With the keys of a file, a TLS session goes on at another LB server. */
  @Test
  void shouldSpeakTlsWithTheCertificatesAndKeysOfFiles() throws Exception {
    Finished.ballast(
            Place.HERE, DIRECTORY, Map.of(), List.of("certs", "--dir", "certs", "--host", Web.HOST))
        .orFail();
    replace(
        "tls.yaml",
        site("b1")
                .replace(
                    "routes:",
                    "  - {name: https, port: "
                        + HTTPS
                        + ", protocol: https, tls: {certificates: [web]}}\nroutes:")
            + "---\n"
            + Files.readString(DIRECTORY.resolve("certs/certificates.yaml")));
    Secrets.file(
        DIRECTORY.resolve("keys.yaml"),
        "hashSeed: %s\ncookieKeys: [%s]\nticketKeys: [%s]\n"
            .formatted(Secrets.random(16), Secrets.random(32), Secrets.random(48)));
    LbProcess one = serving("tls1", "tls.yaml", "--keys", "keys.yaml");
    LbProcess other = serving("tls2", "tls.yaml", "--keys", "keys.yaml");

    var client = TlsClient.trusting(DIRECTORY.resolve("certs/ca.crt"));
    assertThat(client.get(one.at(HTTPS), Web.HOST, "/").header("x-backend")).isEqualTo("b1");

    assertThat(handshake(one, "-sess_out")).contains("New, TLSv1.2");
    assertThat(handshake(other, "-sess_in")).contains("Reused, TLSv1.2");
  }

  /**
   * What openssl says of it.
   *
   * @param session whether the session's file is written or read
   */
  private static String handshake(LbProcess lb, String session) {
    return Finished.tool(
            "openssl",
            "s_client",
            "-tls1_2",
            "-connect",
            lb.address() + ":" + HTTPS,
            "-servername",
            Web.HOST,
            "-CAfile",
            DIRECTORY.resolve("certs/ca.crt").toString(),
            session,
            DIRECTORY.resolve("session.pem").toString())
        .orFail()
        .out();
  }
}
