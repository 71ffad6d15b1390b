package dev.ballast.cli;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.configdb.EmbeddedPostgres;
import dev.ballast.configdb.FeedMode;
import dev.ballast.controller.ControllerServer;
import dev.ballast.controller.ControllerSettings;
import dev.ballast.model.Sealer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A whole system on one machine: PostgreSQL and the controller of this process, and LB servers and demo backends as its
 * children.
 *
 * <p>The order of its start is the order of what takes long. LB servers that have a good snapshot from before start first:
 * they serve while the database is still starting.
 */
final class LocalSystem implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final Shell shell;
  private final DataDirectory data;
  private final Settings settings;
  private final ClosingStack started = new ClosingStack();
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
    startController(postgres, token, sealer);
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

  private void startController(EmbeddedPostgres postgres, String token, Sealer sealer) {
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
  }

  /** Ends the LB servers and backends first: they still have somebody to tell. */
  @Override
  public void close() {
    supervisor.close();
    started.close();
  }

  private List<PortCheck.Port> ports() {
    var ports = new ArrayList<PortCheck.Port>();
    ports.add(new PortCheck.Port("the controller", LOOPBACK, settings.port()));
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
