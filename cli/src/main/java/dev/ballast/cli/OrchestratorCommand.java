package dev.ballast.cli;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.detection.MassBrake;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.locks.PostgresEngine;
import dev.ballast.model.View;
import dev.ballast.orchestrator.OrchestratorSettings;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "orchestrator",
    description = {
      "Run an orchestrator: it probes backends and LB servers, and writes what it makes of that into the configuration database.",
      "Several share the work out among them; who dies is replaced when its lease has run out."
    })
final class OrchestratorCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "orchestrator-1",
      description = "Its name, which no other orchestrator may have.")
  String name = "orchestrator-1";

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description =
          "The configuration database: postgresql://USER:PASSWORD@HOST/DATABASE. In $BALLAST_DATABASE_URL other users of"
              + " the machine don't see the password (default: $BALLAST_DATABASE_URL).")
  @Nullable String databaseUrl;

  @Mixin private final FollowOptions follow = new FollowOptions();

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "The address that its admin port is bound to.")
  String address = "127.0.0.1";

  @Option(
      names = "--admin-port",
      paramLabel = "PORT",
      defaultValue = "7072",
      description = "The port of /healthz, /metrics and /report.")
  int adminPort = OrchestratorSettings.DEFAULT_ADMIN_PORT;

  @Option(
      names = "--lease",
      paramLabel = "DURATION",
      defaultValue = "3s",
      converter = DurationConverter.class,
      description = "How long its targets wait for another orchestrator after it has died.")
  Duration lease = OrchestratorSettings.DEFAULT_TTL;

  @Option(
      names = "--doubt-above",
      paramLabel = "PERCENT",
      defaultValue = "30",
      description =
          "When more of its targets than this, and at least three, fall silent at once, it doubts itself and convicts none of them by silence.")
  int doubtAbove;

  @Option(
      names = "--doubt-for",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "For how long at most.")
  Duration doubtFor = MassBrake.Settings.DEFAULT.hold();

  @Option(
      names = "--allow-commands",
      description =
          "Carry out health checks of type command: whoever may write the configuration names programs that run here, as this process's user.")
  boolean isAllowingCommands;

  @Option(
      names = {"--state-dir", "--data"},
      paramLabel = "DIR",
      defaultValue = "./ballast-orchestrator",
      description = "Where its last good configuration is kept.")
  Path state = Path.of("ballast-orchestrator");

  @Mixin private final LifetimeOptions lifetime = new LifetimeOptions();

  OrchestratorCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (var started = new ClosingStack()) {
      Logging.start(System.err);
      started.add(Logging::stop);
      OrchestratorSettings settings = settings();
      String url = url();
      DatabaseSettings own = DatabaseAccess.settings(url).ofObserver();
      ConfigDatabase database =
          started.add(DatabaseAccess.await(() -> ConfigDatabase.join(own, shell.clock())));
      PostgresEngine engine = DatabaseAccess.await(() -> PostgresEngine.connect(url));
      new OrchestratorRole(shell, settings).start(started, database, engine);
      lifetime.awaitEnd(started::close);
      return ExitCode.DONE.number();
    }
  }

  private OrchestratorSettings settings() throws IOException {
    Path directory = Files.createDirectories(shell.directory().resolve(state));
    try {
      return new OrchestratorSettings(
          name,
          lease,
          follow.settings(
              shell,
              follow.token(shell),
              new View.Targets(),
              SyncMode.PUSH_PULL,
              SyncSettings.DEFAULT_PULL_INTERVAL,
              directory.resolve(name + ".snapshot")),
          new ProbingSettings(
              new MassBrake.Settings(doubtAbove, MassBrake.Settings.DEFAULT.atLeast(), doubtFor),
              isAllowingCommands),
          new InetSocketAddress(Address.of(address), adminPort));
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }

  private String url() {
    return Optional.ofNullable(databaseUrl)
        .or(() -> shell.variable(DatabaseAccess.VARIABLE))
        .orElseThrow(
            () ->
                new CommandFailed(
                    ExitCode.USAGE,
                    "the configuration database is needed: --database-url or $"
                        + DatabaseAccess.VARIABLE));
  }
}
