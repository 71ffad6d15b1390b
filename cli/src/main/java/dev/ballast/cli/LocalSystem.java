package dev.ballast.cli;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.configdb.EmbeddedPostgres;
import dev.ballast.configdb.FeedMode;
import dev.ballast.controller.ControllerServer;
import dev.ballast.controller.ControllerSettings;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.locks.PostgresEngine;
import dev.ballast.model.Sealer;
import dev.ballast.model.View;
import dev.ballast.orchestrator.OrchestratorSettings;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A whole system on one machine: PostgreSQL, the controller and the orchestrator of this process, and LB servers and demo backends as its
 * children.
 *
 * <p>The order of its start is the order of what takes long. LB servers that have a good snapshot from before start first:
 * they serve while the database is still starting.
 */
final class LocalSystem implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String ORCHESTRATOR = "local";

  private final Shell shell;
  private final DataDirectory data;
  private final Settings settings;
  private final ClosingStack started = new ClosingStack();
  private final ClosingStack watching = new ClosingStack();
  private final Supervisor supervisor;
  private final Progress progress;
  private final Launcher launcher;
  private final List<LocalServer> servers;
  private final List<Demo.DemoBackend> backends;

  /**
   * What to start.
   *
   * @param port of the controller
   */
  record Settings(boolean isDemo, int port, LocalFleet fleet, FeedMode feedMode) {
    URI controller() {
      return URI.create("http://" + LOOPBACK + ":" + port);
    }

    /** 7072 beside the usual 7070. */
    int orchestratorPort() {
      return port + 2;
    }
  }

  LocalSystem(Shell shell, DataDirectory data, Settings settings, Progress progress) {
    this.shell = shell;
    this.data = data;
    this.settings = settings;
    this.progress = progress;
    this.supervisor =
        new Supervisor(data.logs(), progress::say, Supervisor.PATIENCE, shell.clock());
    this.launcher = Launcher.of(shell);
    this.servers = LocalServer.plan(settings.fleet().size());
    this.backends = settings.isDemo() ? Demo.backends() : List.of();
  }

  List<LocalServer> servers() {
    return servers;
  }

  /** Its admin port. */
  String orchestrator() {
    return "http://" + LOOPBACK + ":" + settings.orchestratorPort();
  }

  List<Demo.DemoBackend> backends() {
    return backends;
  }

  /**
   * Starts everything. What it started is stopped by {@link #close}, also when it fails.
   *
   * @return the controller's API
   */
  Endpoint start() throws IOException {
    PortCheck.requireFree(ports(), PortOwner.ofThisMachine());
    String token = data.token();
    var sealer = new Sealer(data.dataKey(), new SecureRandom());
    boolean isFirstStart = !Files.isDirectory(data.postgres());
    backends.forEach(backend -> supervisor.start(backend.child(launcher)));
    if (!isFirstStart) {
      startServers();
    }
    EmbeddedPostgres postgres = started.add(EmbeddedPostgres.start(data.path(), progress::step));
    if (isFirstStart) {
      startServers();
    }
    ConfigDatabase database = startController(postgres, token, sealer);
    startOrchestrator(postgres, database, token);
    data.announce(new DataDirectory.Running(ProcessHandle.current().pid(), settings.controller()));
    started.add(data::withdraw);
    return new Endpoint(settings.controller(), token, "this process", Optional.empty());
  }

  private void startServers() {
    for (int index = 0; index < servers.size(); index++) {
      List<String> options = settings.fleet().options(index);
      supervisor.start(servers.get(index).child(launcher, settings.controller(), data, options));
    }
  }

  private ConfigDatabase startController(EmbeddedPostgres postgres, String token, Sealer sealer) {
    progress.step("opening the configuration");
    ConfigDatabase database =
        started.add(
            ConfigDatabase.open(
                DatabaseSettings.of(postgres.databaseUrl()), shell.clock(), Optional.of(sealer)));
    if (settings.isDemo()) {
      DemoSetup.apply(database.store());
    }
    started.add(
        ControllerServer.start(
            ControllerSettings.of(LOOPBACK, settings.port(), token, Version.TEXT),
            database,
            settings.feedMode(),
            LockStore.open(started, postgres.databaseUrl(), progress::say),
            shell.clock(),
            System::nanoTime));
    return database;
  }

  private void startOrchestrator(EmbeddedPostgres postgres, ConfigDatabase database, String token)
      throws IOException {
    progress.step("starting the orchestrator");
    var sync =
        new SyncSettings(
            List.of(settings.controller()),
            token,
            Optional.empty(),
            new View.Targets(),
            SyncMode.PUSH_PULL,
            SyncSettings.DEFAULT_PULL_INTERVAL,
            Files.createDirectories(data.orchestrator()).resolve(ORCHESTRATOR + ".snapshot"));
    var own =
        new OrchestratorSettings(
            ORCHESTRATOR,
            OrchestratorSettings.DEFAULT_TTL,
            sync,
            ProbingSettings.DEFAULT,
            new InetSocketAddress(Address.of(LOOPBACK), settings.orchestratorPort()));
    new OrchestratorRole(shell, own)
        .start(watching, database, PostgresEngine.connect(postgres.databaseUrl()));
  }

  /** Who watches ends first: it would take the end of all others for their death. Then LB servers and backends: they still have somebody to tell. */
  @Override
  public void close() {
    watching.close();
    supervisor.close();
    started.close();
  }

  private List<PortCheck.Port> ports() {
    var ports = new ArrayList<PortCheck.Port>();
    ports.add(new PortCheck.Port("the controller", LOOPBACK, settings.port()));
    ports.add(
        new PortCheck.Port(
            "the admin port of the orchestrator", LOOPBACK, settings.orchestratorPort()));
    for (LocalServer server : servers) {
      ports.add(
          new PortCheck.Port(
              "the admin port of " + server.name(), server.address(), server.adminPort()));
      if (settings.isDemo()) {
        Stream.of(Demo.HTTP_PORT, Demo.TCP_PORT)
            .map(
                port ->
                    new PortCheck.Port(
                        "the demo on " + server.name(), server.address(), server.port(port)))
            .forEach(ports::add);
      }
    }
    backends.forEach(backend -> ports.addAll(backend.ports()));
    return ports;
  }
}
