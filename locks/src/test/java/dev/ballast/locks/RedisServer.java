package dev.ballast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@code redis-server} of a test's own. */
final class RedisServer implements AutoCloseable {
  /** Every write is on disk before it is acknowledged. */
  static final List<String> DURABLE = List.of("--appendonly", "yes", "--appendfsync", "always");

  private static final String READY = "Ready to accept connections";

  private final List<String> options;
  private final @Nullable TestCertificates tls;
  private final Path directory;
  private final int port;
  private Process process;
  private int starts;

  private RedisServer(List<String> options, @Nullable TestCertificates tls) {
    this.options = options;
    this.tls = tls;
    try {
      this.directory = Files.createTempDirectory("ballast-redis");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var started = Ports.startSomewhere(this::run);
    this.port = started.port();
    this.process = started.process();
  }

  static RedisServer start(List<String> options) {
    return new RedisServer(options, null);
  }

  /** One that speaks TLS alone. */
  static RedisServer startWithTls(TestCertificates certificates) {
    return new RedisServer(List.of(), certificates);
  }

  int port() {
    return port;
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Starts it again, at the same port, and waits until it answers. */
  void start() {
    process = Ports.startAt(port, this::run);
  }

  private Ports.Starting run(int port) {
    var command = new ArrayList<String>(List.of("redis-server", "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--dir", directory.toString()));
    command.addAll(List.of(tls == null ? "--port" : "--tls-port", Integer.toString(port)));
    if (tls != null) {
      command.addAll(List.of("--port", "0", "--tls-auth-clients", "no"));
      command.addAll(List.of("--tls-ca-cert-file", tls.authority().toString()));
      command.addAll(List.of("--tls-cert-file", tls.certificate().toString()));
      command.addAll(List.of("--tls-key-file", tls.key().toString()));
    }
    command.addAll(options);
    var log = directory.resolve("log-" + ++starts);
    return new Ports.Starting(Processes.start(command, log), log, READY);
  }

  /** Kills it like a crash. */
  void kill() {
    process.destroyForcibly();
    Processes.awaitEnd(process);
  }

  void freeze() {
    Processes.signal("STOP", process);
  }

  void thaw() {
    Processes.signal("CONT", process);
  }

  /** Runs a command with redis-cli. */
  String cli(String... command) {
    var all = new ArrayList<String>(List.of("redis-cli", "-p", "" + port));
    all.addAll(List.of(command));
    return Processes.run(all);
  }

  @Override
  public void close() {
    kill();
    Processes.delete(directory);
  }
}
