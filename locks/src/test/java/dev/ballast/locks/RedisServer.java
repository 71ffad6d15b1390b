package dev.ballast.locks;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@code redis-server} of a test's own. */
final class RedisServer implements AutoCloseable {
  /** Every write is on disk before it is acknowledged. */
  static final List<String> DURABLE = List.of("--appendonly", "yes", "--appendfsync", "always");

  private final List<String> options;
  private final Path directory;
  private final int port;
  private Process process;

  private RedisServer(List<String> options) {
    this.options = options;
    this.port = freePort();
    try {
      this.directory = Files.createTempDirectory("ballast-redis");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  static RedisServer start(List<String> options) {
    return new RedisServer(options);
  }

  static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Starts it, and waits until it answers. */
  void start() {
    var command = new ArrayList<String>();
    command.addAll(
        List.of(
            "redis-server",
            "--port",
            "" + port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            directory.toString()));
    command.addAll(options);
    process = Processes.start(command, directory.resolve("log"));
    Processes.awaitPort(port, process, directory.resolve("log"));
    await().until(() -> cli("PING").contains("PONG") || cli("PING").contains("NOAUTH"));
  }

  /** Kills it like a crash. */
  void kill() {
    process.destroyForcibly();
    Processes.awaitEnd(process);
  }

  /** Ends it in order. */
  void stop() {
    process.destroy();
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
