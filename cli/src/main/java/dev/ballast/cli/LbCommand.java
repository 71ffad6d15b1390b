package dev.ballast.cli;

import dev.ballast.balancing.Subset;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.View;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.proxy.TransportKind;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "lb",
    description = {
      "Run an LB server: it serves what its fleet's load balancers say, as a controller tells it.",
      "Without a controller it serves the last good configuration that it has on disk.",
      "With --config it serves a file, and needs no controller at all."
    })
final class LbCommand implements Callable<Integer> {
  private static final List<String> OF_FOLLOWING =
      List.of(
          "--controller",
          "--sync",
          "--pull-interval",
          "--state-dir",
          "--ca-file",
          "--advertise",
          "--data-key-file");

  private static final Logger log = LoggerFactory.getLogger(LbCommand.class);

  private final Shell shell;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "lb-1",
      description = "Its name, which no other LB server may have.")
  String name = "lb-1";

  @Option(
      names = "--fleet",
      paramLabel = "FLEET",
      defaultValue = "default",
      description = "The fleet it is a member of.")
  String fleet = "default";

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description =
          "The zone it stands in: pools with a zonePreference prefer their backends of the same zone (default: none).")
  @Nullable String zone;

  @Option(
      names = "--ordinal",
      paramLabel = "N",
      description =
          "Its number among the LB servers of its fleet, or of its zone, which says what its subset of pools with a subset is (default: the number at the end of its name, else one from a hash of the name).")
  @Nullable Integer ordinal;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Serve what this file, or the files of this directory, describe, instead of following a controller. A change is usually in use within a second; one that can't be served leaves the last good one in use (default: follow a controller).")
  @Nullable String config;

  @Mixin private final FollowOptions following = new FollowOptions();

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "The address that its listeners and its admin port are bound to.")
  String address = "127.0.0.1";

  @Option(
      names = "--advertise",
      paramLabel = "IP",
      description =
          "The address that others reach it by (default: --address, which then is a single address).")
  @Nullable String advertised;

  @Option(
      names = "--admin-port",
      paramLabel = "PORT",
      defaultValue = "7071",
      description = "The port of /healthz, /readyz, /metrics and /report.")
  int adminPort;

  @Option(
      names = "--insecure",
      description =
          "Take accept from other machines too, with the token in clear, because the network itself is protected.")
  boolean isInsecure;

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "Added to the port of every listener, for several LB servers on one address.")
  int portOffset;

  @Option(
      names = "--sync",
      paramLabel = "MODE",
      defaultValue = "push+pull",
      converter = SyncModeConverter.class,
      description =
          "push: changes come as they happen; pull: they are asked for; push+pull: both, the second to be sure.")
  SyncMode sync = SyncMode.PUSH_PULL;

  @Option(
      names = "--pull-interval",
      paramLabel = "DURATION",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description = "How often to ask.")
  Duration pullInterval = SyncSettings.DEFAULT_PULL_INTERVAL;

  @Option(
      names = {"--state-dir", "--data"},
      paramLabel = "DIR",
      defaultValue = "./ballast-lb",
      description = "Where its last good configuration is kept.")
  Path state = Path.of("ballast-lb");

  @Option(
      names = "--event-loops",
      paramLabel = "N",
      description = "How many threads serve (default: as many as there are processors).")
  @Nullable Integer eventLoops;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      defaultValue = "auto",
      converter = TransportConverter.class,
      description =
          "How sockets are waited for: epoll, nio, io_uring, or auto: epoll where there is one, else nio.")
  TransportKind transport = TransportKind.AUTO;

  @Option(
      names = "--access-log",
      paramLabel = "FILE",
      defaultValue = AccessLogFile.STANDARD_OUTPUT,
      description =
          "Where the access log of load balancers that have one goes: a file, rotated at 64 MiB and opened anew when it is moved away, or - for standard output.")
  String accessLog = AccessLogFile.STANDARD_OUTPUT;

  @Option(
      names = "--drain-delay",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description =
          "How long it goes on accepting when it is told to end and is no longer ready: what sends clients here has to notice.")
  Duration drainDelay = Duration.ofSeconds(5);

  @Option(
      names = "--drain-timeout",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long what is in flight may go on after that.")
  Duration drainTimeout = Duration.ofSeconds(10);

  @Option(
      names = "--limit",
      paramLabel = "NAME=VALUE",
      description =
          "Change a limit of docs/limits.md, for example client-connections=100000. May be repeated (default: those of that table).")
  List<String> limits = List.of();

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      description =
          "With --config: the keys that several LB servers share (hashSeed, cookieKeys, ticketKeys; docs/configuration.md), readable by its owner only (default: random ones, which end with the process).")
  @Nullable Path keys;

  @Option(
      names = "--allow-commands",
      description =
          "With --config: carry out health checks of type command: whoever may write the file names programs that run here, as this process's user.")
  boolean isAllowingCommands;

  @Mixin private final ExtensionsOption extensions = new ExtensionsOption();

  @Mixin private final DataKeyOption dataKey = new DataKeyOption();

  @Spec private @Nullable CommandSpec spec;

  @Mixin private final LifetimeOptions lifetime = new LifetimeOptions();

  LbCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (var started = new ClosingStack()) {
      Logging.start(System.err);
      started.add(Logging::stop);
      if (config == null) {
        follow(started);
      } else {
        refuseOptionsOfFollowing();
        new StaticRole(shell, proxySettings(tokenIfAny()), probing(), config, farewell())
            .start(started);
      }
      lifetime.awaitEnd(started::close);
      return ExitCode.DONE.number();
    }
  }

  private ProbingSettings probing() {
    return ProbingSettings.DEFAULT.allowingCommands(isAllowingCommands);
  }

  private void follow(ClosingStack started) throws IOException {
    if (isAllowingCommands) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "--allow-commands goes with --config: with a controller, orchestrators probe");
    }
    String token = following.token(shell);
    Path directory = Files.createDirectories(shell.directory().resolve(state));
    new LbRole(
            shell, proxySettings(token), syncSettings(token, directory), advertised(), farewell())
        .start(started);
  }

  private Farewell farewell() {
    return new Farewell(drainDelay, drainTimeout);
  }

  private void refuseOptionsOfFollowing() {
    var given = Objects.requireNonNull(spec).commandLine().getParseResult();
    for (String option : OF_FOLLOWING) {
      if (given.hasMatchedOption(option)) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "--config needs no controller: " + written(option, given) + " has no use beside it");
      }
    }
  }

  /** An option by that of its names that was used. */
  private static String written(String option, CommandLine.ParseResult given) {
    List<String> names = List.of(given.matchedOption(option).names());
    return given.expandedArgs().stream()
        .map(argument -> argument.split("=", 2)[0])
        .filter(names::contains)
        .findFirst()
        .orElse(option);
  }

  private ProxySettings proxySettings(String token) {
    InetAddress own = Address.of(address);
    var settings =
        ProxySettings.of(name, own, token, shell.clock(), new Random())
            .withAdmin(own, adminPort)
            .withPortOffset(portOffset)
            .withInsecureAdmin(isInsecure)
            .withLimits(LimitOptions.read(limits))
            .withPlace(place())
            .withSecrets(secrets())
            .withTransport(transport)
            .withExtensions(extensions.load(shell))
            .withAccessLog(AccessLogFile.of(shell, accessLog));
    return (eventLoops == null ? settings : settings.withEventLoops(eventLoops))
        .identifiedBy(settings.instance(), fleet, Version.TEXT);
  }

  private ProxySettings.Place place() {
    long number = ordinal == null ? Subset.ordinalOf(name) : ordinal;
    try {
      return new ProxySettings.Place(zone == null ? "" : zone, number);
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }

  private ProxySettings.Secrets secrets() {
    if (keys != null && config == null) {
      throw new CommandFailed(
          ExitCode.USAGE, "--keys goes with --config: a controller has keys of its own");
    }
    if (keys == null && config != null) {
      log.info(
          "Without --keys this LB server draws keys of its own: cookies and TLS sessions end with it, and pools that hash place keys as no other does");
    }
    return new ProxySettings.Secrets(
        dataKey.read(shell),
        keys == null
            ? FleetSecrets.random(new SecureRandom())
            : KeyFiles.fleetKeys(shell.directory().resolve(keys)));
  }

  private SyncSettings syncSettings(String token, Path directory) {
    try {
      return following.settings(
          shell,
          token,
          new View.FleetView(fleet),
          sync,
          pullInterval,
          directory.resolve(name + ".snapshot"));
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }

  private InetAddress advertised() {
    InetAddress own = Address.of(advertised == null ? address : advertised);
    if (own.isAnyLocalAddress()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "on every address at once: say with --advertise which one others shall use");
    }
    return own;
  }

  /** Without a token nobody may change anything through the admin port. */
  private String tokenIfAny() throws IOException {
    return following.givenToken(shell).orElseGet(() -> UUID.randomUUID().toString());
  }
}
