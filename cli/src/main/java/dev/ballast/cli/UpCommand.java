package dev.ballast.cli;

import dev.ballast.model.View;
import dev.ballast.proxy.ProxySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "up",
    description = {
      "Run everything on this machine: a database, a controller, and a fleet of LB servers.",
      "The next start goes on with the same configuration."
    })
final class UpCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--demo",
      description =
          "Add three backends, and a load balancer for them: HTTP on port 8080 and TCP echo on port 9000 of each LB"
              + " server. What is already there stays as it is.")
  boolean isDemo;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "./" + DataDirectory.DEFAULT,
      description = "Where the database, the logs and the token are.")
  Path data = Path.of(DataDirectory.DEFAULT);

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7070",
      description = "The controller's port on 127.0.0.1.")
  int port;

  @Option(
      names = "--lb-servers",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many LB servers, on 127.0.0.21, 127.0.0.22 and so on.")
  int lbServers;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      split = ",",
      showDefaultValue = Visibility.NEVER,
      description =
          "The zones that the LB servers stand in, in turn: a,b puts the first and third into a, the second and fourth into b (default:"
              + " none).")
  List<String> zones = List.of();

  @Mixin private final ExtensionsOption extensions = new ExtensionsOption();

  @Mixin private final FeedOption feed = new FeedOption();

  UpCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var progress = new Progress(shell.terminal(), shell.clock());
    try (var started = new ClosingStack()) {
      started.add(progress::clear);
      Runtime.getRuntime().addShutdownHook(new Thread(started::close, "stop"));
      start(started, progress);
      awaitSignal();
    } catch (RuntimeException | IOException failure) {
      progress.clear();
      throw failure;
    }
    return ExitCode.DONE.number();
  }

  /** The process ends by a signal, in the shutdown hook; this thread has nothing more to do. */
  private static void awaitSignal() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private void start(ClosingStack started, Progress progress)
      throws IOException, InterruptedException {
    LocalFleet fleet = fleet();
    var directory = new DataDirectory(shell.directory().resolve(data).normalize());
    started.add(DataLock.acquire(directory, shell));
    started.add(Logging::stop);
    Logging.start(RotatingLog.of(directory.logs(), "controller"));
    var settings = new LocalSystem.Settings(isDemo, port, fleet, feed.mode);
    var system = started.add(new LocalSystem(shell, directory, settings, progress));
    try {
      report(system, directory, progress);
    } catch (RuntimeException | IOException failure) {
      if (started.isClosed()) {
        awaitSignal();
      }
      throw failure;
    }
  }

  /** What the LB servers could not start with is refused here. */
  private LocalFleet fleet() {
    extensions.load(shell);
    try {
      zones.forEach(zone -> new ProxySettings.Place(zone, 0));
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, "--zone: " + Failures.text(invalid));
    }
    return new LocalFleet(lbServers, zones, extensions.directory(shell));
  }

  private void report(LocalSystem system, DataDirectory directory, Progress progress)
      throws IOException, InterruptedException {
    Endpoint controller = system.start();
    UserConfiguration.of(shell.environment()).remember(directory);
    progress.step("waiting for the LB servers");
    try (var client = new ApiClient(controller, shell)) {
      Rollout rollout = new StartWatch(client, system).await();
      var configuration = Configuration.list(client, new View.All(), shell.clock().instant());
      progress.finish();
      new SystemSummary(shell, directory, system, controller, rollout, configuration)
          .print(progress.seconds());
    }
  }
}
