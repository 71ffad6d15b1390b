package dev.ballast.cli;

import dev.ballast.model.View;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.sync.SyncMode;
import dev.ballast.sync.SyncSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "lb",
    description = {
      "Run an LB server: it serves what its fleet's load balancers say, as a controller tells it.",
      "Without a controller it serves the last good configuration that it has on disk."
    })
final class LbCommand implements Callable<Integer> {
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
      names = "--controller",
      paramLabel = "URL",
      split = ",",
      defaultValue = "http://127.0.0.1:7070",
      description = "The controllers to follow: the next one when one fails. May be repeated.")
  List<URI> controllers = List.of();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the bearer token (default: $BALLAST_TOKEN).")
  @Nullable Path tokenFile;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description =
          "A PEM file with the certificates to trust (default: those of the Java runtime).")
  @Nullable Path authority;

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
      names = "--drain-timeout",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long what is in flight may go on when it is told to end.")
  Duration drain = Duration.ofSeconds(10);

  @Mixin private final LifetimeOptions lifetime = new LifetimeOptions();

  LbCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (var started = new ClosingStack()) {
      Logging.start(System.err);
      started.add(Logging::stop);
      String token = token();
      Path directory = Files.createDirectories(shell.directory().resolve(state));
      new LbRole(shell, proxySettings(token), syncSettings(token, directory), advertised(), drain)
          .start(started);
      lifetime.awaitEnd(started::close);
      return ExitCode.DONE.number();
    }
  }

  private ProxySettings proxySettings(String token) {
    InetAddress own = Address.of(address);
    var settings =
        ProxySettings.of(name, own, token, shell.clock(), new Random())
            .withAdmin(own, adminPort)
            .withPortOffset(portOffset)
            .withInsecureAdmin(isInsecure);
    return (eventLoops == null ? settings : settings.withEventLoops(eventLoops))
        .identifiedBy(settings.instance(), fleet, Version.TEXT);
  }

  private SyncSettings syncSettings(String token, Path directory) {
    try {
      return new SyncSettings(
          controllers,
          token,
          Optional.ofNullable(authority).map(shell.directory()::resolve),
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

  private String token() throws IOException {
    if (tokenFile != null) {
      return Files.readString(shell.directory().resolve(tokenFile)).strip();
    }
    return shell
        .variable(ServerSearch.TOKEN_VARIABLE)
        .orElseThrow(
            () ->
                new CommandFailed(
                    ExitCode.USAGE, "a token is needed: --token-file or $BALLAST_TOKEN"));
  }
}
