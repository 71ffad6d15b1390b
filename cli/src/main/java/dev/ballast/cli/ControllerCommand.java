package dev.ballast.cli;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.configdb.EmbeddedPostgres;
import dev.ballast.controller.ControllerServer;
import dev.ballast.controller.ControllerSettings;
import dev.ballast.controller.TlsFiles;
import dev.ballast.model.DataKey;
import dev.ballast.model.Sealer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "controller",
    description = "Run a controller: the HTTP API over a configuration database.")
final class ControllerCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ControllerCommand.class);

  private final Shell shell;

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description =
          "The PostgreSQL to use: postgresql://USER:PASSWORD@HOST/DATABASE. In $BALLAST_DATABASE_URL other users of"
              + " the machine don't see the password (default: $BALLAST_DATABASE_URL, else one of its own in --data).")
  @Nullable String databaseUrl;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "./" + DataDirectory.DEFAULT,
      description =
          "Where its own database, the log and the token are, when no database URL is given.")
  Path data = Path.of(DataDirectory.DEFAULT);

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "The address to listen on; beyond this machine it takes TLS, or --insecure.")
  String address = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7070",
      description = "The port to listen on.")
  int port;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      split = ",",
      showDefaultValue = Visibility.NEVER,
      description =
          "A name that clients reach it by, beside its address (default: none). May be repeated.")
  Set<String> hosts = Set.of();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the bearer token that clients need (default: $BALLAST_TOKEN; with --data, the token there,"
              + " made if need be).")
  @Nullable Path tokenFile;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "Its certificate and those that lead to an authority, in PEM (default: no TLS).")
  @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key in PEM, PKCS #8 (default: no TLS).")
  @Nullable Path key;

  @Option(
      names = "--insecure",
      description = "Speak in clear beyond this machine, because the network itself is protected.")
  boolean isInsecure;

  @Mixin private final DataKeyOption dataKey = new DataKeyOption();
  @Mixin private final FeedOption feed = new FeedOption();
  @Mixin private final LifetimeOptions lifetime = new LifetimeOptions();

  ControllerCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (var started = new ClosingStack()) {
      Logging.start(System.err);
      started.add(Logging::stop);
      String url =
          databaseUrl == null ? shell.variable(DatabaseAccess.VARIABLE).orElse("") : databaseUrl;
      if (url.isEmpty()) {
        startWithOwnDatabase(started);
      } else {
        ControllerSettings settings = settings(token(Optional.empty()));
        ConfigDatabase database = open(started, url, dataKey.read(shell));
        serve(started, database, url, settings);
      }
      lifetime.awaitEnd(started::close);
      return ExitCode.DONE.number();
    }
  }

  private void startWithOwnDatabase(ClosingStack started) throws IOException, InterruptedException {
    var directory = new DataDirectory(shell.directory().resolve(data).normalize());
    started.add(DataLock.acquire(directory, shell));
    ControllerSettings settings = settings(token(Optional.of(directory)));
    Optional<DataKey> given = dataKey.read(shell);
    DataKey key = given.isPresent() ? given.get() : directory.dataKey();
    var postgres = started.add(EmbeddedPostgres.start(directory.path(), log::info));
    ConfigDatabase database = open(started, postgres.databaseUrl(), Optional.of(key));
    ControllerServer server = serve(started, database, postgres.databaseUrl(), settings);
    directory.announce(new DataDirectory.Running(ProcessHandle.current().pid(), server.uri()));
    started.add(directory::withdraw);
    UserConfiguration.of(shell.environment()).remember(directory);
  }

  private ConfigDatabase open(ClosingStack started, String url, Optional<DataKey> key)
      throws InterruptedException {
    DatabaseSettings settings = DatabaseAccess.settings(url);
    Optional<Sealer> sealer = key.map(one -> new Sealer(one, new SecureRandom()));
    return started.add(
        DatabaseAccess.await(() -> ConfigDatabase.open(settings, shell.clock(), sealer)));
  }

  private ControllerServer serve(
      ClosingStack started, ConfigDatabase database, String url, ControllerSettings settings)
      throws InterruptedException {
    return started.add(
        ControllerServer.start(
            settings,
            database,
            feed.mode,
            DatabaseAccess.await(() -> LockStore.open(started, url, log::warn)),
            shell.clock(),
            System::nanoTime));
  }

  private ControllerSettings settings(String token) {
    ControllerSettings defaults = ControllerSettings.of("127.0.0.1", port, token, Version.TEXT);
    return new ControllerSettings(
        address,
        port,
        token,
        tls(),
        isInsecure,
        hosts,
        Version.TEXT,
        defaults.connections(),
        defaults.idleTimeout(),
        defaults.patience(),
        defaults.watch());
  }

  private Optional<TlsFiles> tls() {
    if (certificate == null && key == null) {
      return Optional.empty();
    }
    if (certificate == null || key == null) {
      throw new CommandFailed(ExitCode.USAGE, "--tls-cert and --tls-key go together");
    }
    return Optional.of(
        new TlsFiles(shell.directory().resolve(certificate), shell.directory().resolve(key)));
  }

  private String token(Optional<DataDirectory> directory) throws IOException {
    if (tokenFile != null) {
      return Files.readString(shell.directory().resolve(tokenFile)).strip();
    }
    Optional<String> variable = shell.variable(ServerSearch.TOKEN_VARIABLE);
    if (variable.isPresent()) {
      return variable.get();
    }
    if (directory.isPresent()) {
      return directory.get().token();
    }
    throw new CommandFailed(
        ExitCode.USAGE, "with --database-url a token is needed: --token-file or $BALLAST_TOKEN");
  }
}
