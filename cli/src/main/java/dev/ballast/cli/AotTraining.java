package dev.ballast.cli;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.configdb.EmbeddedPostgres;
import dev.ballast.configdb.FeedMode;
import dev.ballast.controller.ControllerServer;
import dev.ballast.controller.ControllerSettings;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.model.View;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A small system in this one process, used as people use it: what the JVM loads, links and profiles meanwhile is what the
 * roles and commands need at their start.
 */
final class AotTraining {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final URI NOBODY = URI.create("http://127.0.0.1:1");
  private static final int REQUESTS = 200;
  private static final int PROBES_MILLIS = 500;
  private static final int ENOUGH_SECONDS = 60;

  private final Shell shell;
  private final Path directory;
  private final int listenerPort;

  AotTraining(Shell shell, Path directory) throws IOException {
    this.shell = shell;
    this.directory = directory;
    this.listenerPort = freePort();
  }

  void run() throws IOException {
    endSoonerOrLater();
    Logging.start(OutputStream.nullOutputStream());
    try (var started = new ClosingStack()) {
      backend(started);
      staticLb();
      DataDirectory data = new DataDirectory(directory);
      supervise(started, data);
      var postgres = started.add(EmbeddedPostgres.start(directory, _ -> {}));
      ControllerServer controller = controller(started, postgres, data.token());
      ballast(controller.uri(), data.token(), "delete", "loadbalancer", "demo", "--no-wait");
      lb(started, controller.uri(), data.token());
      commands(controller.uri(), data.token());
    } catch (RuntimeException unavailable) {
      shell.terminal().err().println("the training is incomplete: " + unavailable);
    }
  }

  /** Whatever may hang on a strange machine: a build must not. */
  private static void endSoonerOrLater() {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(ENOUGH_SECONDS);
                System.exit(ExitCode.FAILED.number());
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void backend(ClosingStack started) throws IOException {
    var settings = new BackendSettings("b1", LOOPBACK, 0, OptionalInt.of(0), OptionalInt.of(0), 1);
    var backend =
        started.add(BackendServer.start(settings, BackendFaults.NONE, ThreadLocalRandom::current));
    Files.writeString(
        documents(),
        """
        kind: LoadBalancer
        name: training
        domain: training.test
        hosts: ["*"]
        listeners:
        - {name: http, port: %d, protocol: http}
        routes:
        - {pool: training}
        ---
        kind: Pool
        name: training
        algorithm: {type: weighted-round-robin}
        healthCheck: {type: http, path: /healthz, interval: 100ms}
        backends:
        - {name: b1, address: "127.0.0.1:%d", weight: 1}
        - {name: b2, address: "127.0.0.1:%d", weight: 1}
        """
            .formatted(listenerPort, backend.ports().getFirst(), backend.ports().getFirst()));
  }

  private Path documents() {
    return directory.resolve("training.yaml");
  }

  private void supervise(ClosingStack started, DataDirectory data) throws IOException {
    started.add(DataLock.acquire(data, shell));
    PortCheck.requireFree(
        List.of(new PortCheck.Port("training", LOOPBACK.getHostAddress(), listenerPort)),
        PortOwner.ofThisMachine());
    LocalServer.plan(2);
    new Progress(silent(), shell.clock()).step("training");
    var supervisor =
        started.add(new Supervisor(data.logs(), _ -> {}, Supervisor.PATIENCE, shell.clock()));
    supervisor.start(new Child("training", List.of("cat")));
  }

  private ControllerServer controller(
      ClosingStack started, EmbeddedPostgres postgres, String token) {
    ConfigDatabase database =
        started.add(
            ConfigDatabase.open(
                DatabaseSettings.of(postgres.databaseUrl()), shell.clock(), Optional.empty()));
    DemoSetup.apply(database.store());
    var settings = ControllerSettings.of(LOOPBACK.getHostAddress(), 0, token, Version.TEXT);
    return started.add(
        ControllerServer.start(
            settings,
            database,
            FeedMode.AUTO,
            LockStore.open(started, postgres.databaseUrl(), _ -> {}),
            shell.clock(),
            System::nanoTime));
  }

  /** One that serves a file; it makes way for the one that follows a controller. */
  private void staticLb() throws IOException {
    ballast(NOBODY, "", "lb", "--help");
    try (var started = new ClosingStack()) {
      new StaticRole(
              shell, proxy(), ProbingSettings.DEFAULT, documents().toString(), Farewell.AT_ONCE)
          .start(started);
      requests();
      awaitProbes();
    }
  }

  private static void awaitProbes() {
    try {
      TimeUnit.MILLISECONDS.sleep(PROBES_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private ProxySettings proxy() {
    return ProxySettings.of("training", LOOPBACK, "training", shell.clock(), new Random())
        .withAdmin(LOOPBACK, 0);
  }

  private void lb(ClosingStack started, URI controller, String token) throws IOException {
    var sync =
        new SyncSettings(
            List.of(controller),
            token,
            Optional.empty(),
            new View.FleetView("default"),
            SyncMode.PUSH_PULL,
            Duration.ofSeconds(1),
            directory.resolve("training.snapshot"));
    new LbRole(shell, proxy(), sync, LOOPBACK, Farewell.AT_ONCE).start(started);
  }

  private void commands(URI controller, String token) throws IOException {
    ballast(controller, token, "apply", "-f", documents().toString());
    for (String kind : List.of("loadbalancers", "pools", "backends", "fleets", "lbservers")) {
      ballast(controller, token, "get", kind);
    }
    ballast(controller, token, "get", "pool", "training", "-o", "yaml");
    ballast(controller, token, "get", "pools", "-o", "json");
    requests();
    ballast(controller, token, "diff", "-f", documents().toString());
    ballast(controller, token, "drain", "training/b1", "--for", "1h");
    ballast(controller, token, "enable", "training/b1");
    ballast(controller, token, "history");
    ballast(controller, token, "delete", "loadbalancer", "training");
    ballast(controller, token, "status");
    ballast(controller, token, "--help");
    ballast(controller, token, "apply", "--help");
    ballast(controller, token, "apply");
    ballast(NOBODY, token, "get", "pools");
  }

  private void ballast(URI controller, String token, String... arguments) {
    var quiet =
        new Shell(
            silent(),
            Map.of(
                ServerSearch.SERVER_VARIABLE,
                controller.toString(),
                ServerSearch.TOKEN_VARIABLE,
                token),
            directory,
            new ByteArrayInputStream(new byte[0]),
            shell.clock());
    int _ = Commands.run(quiet, arguments);
  }

  private void requests() throws IOException {
    byte[] request =
        "GET / HTTP/1.1\r\nHost: training.test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] answer = new byte[1 << 12];
    try (var socket = new Socket(LOOPBACK, listenerPort)) {
      for (int number = 0; number < REQUESTS; number++) {
        socket.getOutputStream().write(request);
        if (socket.getInputStream().read(answer) < 0) {
          return;
        }
      }
    }
  }

  private static Terminal silent() {
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Terminal(nowhere, nowhere, true, true);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }
}
