package dev.ballast.cli;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "backend",
    description = {
      "Run a small server to balance traffic to: HTTP, and TCP and UDP echo on request.",
      "Every HTTP answer names it in X-Backend. Paths: / (a body comes back), /healthz, /headers, /bytes/N,"
          + " and /faults, where POST /faults?delay=200ms&errors=0.1&resets=0.1&healthy=false changes how it"
          + " misbehaves, and DELETE /faults ends that."
    })
final class BackendCommand implements Callable<Integer> {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "As whom it answers (default: backend-PORT).")
  @Nullable String name;

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "The address to listen on.")
  String address = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "The HTTP port; 0 for any.")
  int port;

  @Option(
      names = "--tcp-port",
      paramLabel = "PORT",
      description = "The port of the TCP echo (default: none is served).")
  @Nullable Integer tcpPort;

  @Option(
      names = "--udp-port",
      paramLabel = "PORT",
      description = "The port of the UDP echo (default: none is served).")
  @Nullable Integer udpPort;

  @Option(
      names = "--delay",
      paramLabel = "DURATION",
      defaultValue = "0ms",
      converter = DurationConverter.class,
      description = "How long it waits before each HTTP answer.")
  Duration delay = Duration.ZERO;

  @Option(
      names = "--error-rate",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "The share of HTTP requests that are answered with 503, from 0 to 1.")
  double errors;

  @Option(
      names = "--reset-rate",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "The share of HTTP requests and TCP connections that are cut off, from 0 to 1.")
  double resets;

  @Option(
      names = "--event-loops",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many threads serve.")
  int eventLoops;

  @Mixin private final LifetimeOptions lifetime = new LifetimeOptions();

  private final Shell shell;

  BackendCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    var settings =
        new BackendSettings(
            name == null ? "backend-" + port : name,
            Address.of(address),
            port,
            optional(tcpPort),
            optional(udpPort),
            eventLoops);
    var server = BackendServer.start(settings, faults(), ThreadLocalRandom::current);
    shell
        .terminal()
        .err()
        .println(settings.name() + " serves on " + address + ", ports " + server.ports());
    lifetime.awaitEnd(server::close);
    return ExitCode.DONE.number();
  }

  private BackendFaults faults() {
    try {
      return new BackendFaults(delay, errors, resets, true);
    } catch (IllegalArgumentException invalid) {
      throw new CommandFailed(ExitCode.USAGE, Failures.text(invalid));
    }
  }

  private static OptionalInt optional(@Nullable Integer port) {
    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
  }
}
