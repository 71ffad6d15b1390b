package dev.ballast.locks;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A member of an etcd cluster of a test's own. One that is alone elects itself so quickly that leases may be one second long;
 * several have the time that etcd gives them by default, so that a busy machine does not make them elect all the time.
 */
final class EtcdServer implements AutoCloseable {
  private final Path directory;
  private final List<String> command;
  private final int port;
  private Process process;

  private EtcdServer(int number, List<Integer> ports, List<Integer> peerPorts) {
    port = ports.get(number);
    try {
      directory = Files.createTempDirectory("ballast-etcd");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var cluster =
        IntStream.range(0, ports.size())
            .mapToObj(i -> "m%d=http://127.0.0.1:%d".formatted(i, peerPorts.get(i)))
            .collect(Collectors.joining(","));
    var client = "http://127.0.0.1:" + port;
    var peer = "http://127.0.0.1:" + peerPorts.get(number);
    command =
        List.of(
            "etcd",
            "--name",
            "m" + number,
            "--data-dir",
            directory.resolve("data").toString(),
            "--listen-client-urls",
            client,
            "--advertise-client-urls",
            client,
            "--listen-peer-urls",
            peer,
            "--initial-advertise-peer-urls",
            peer,
            "--initial-cluster",
            cluster,
            "--heartbeat-interval",
            ports.size() == 1 ? "10" : "100",
            "--election-timeout",
            ports.size() == 1 ? "50" : "1000");
    process = Processes.start(command, directory.resolve("log"));
  }

  /** A cluster of so many members, which takes calls. */
  static List<EtcdServer> cluster(int size) {
    var ports = IntStream.range(0, size).mapToObj(_ -> RedisServer.freePort()).toList();
    var peers = IntStream.range(0, size).mapToObj(_ -> RedisServer.freePort()).toList();
    var servers = new ArrayList<EtcdServer>();
    for (int i = 0; i < size; i++) {
      servers.add(new EtcdServer(i, ports, peers));
    }
    servers.forEach(EtcdServer::awaitPort);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> servers.stream().allMatch(EtcdServer::isHealthy));
    return servers;
  }

  static String url(List<EtcdServer> cluster) {
    return cluster.stream()
        .map(server -> "127.0.0.1:" + server.port)
        .collect(Collectors.joining(",", "etcd://", ""));
  }

  private boolean isHealthy() {
    return !ctl("endpoint", "status", "--write-out", "json").contains("\"leader\":0");
  }

  private void awaitPort() {
    Processes.awaitPort(port, process, directory.resolve("log"));
  }

  /** Starts it again. */
  void start() {
    process = Processes.start(command, directory.resolve("log"));
    awaitPort();
  }

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

  /** Runs a command with etcdctl. */
  String ctl(String... arguments) {
    var all =
        new ArrayList<String>(
            List.of("env", "ETCDCTL_API=3", "etcdctl", "--endpoints", "127.0.0.1:" + port));
    all.addAll(List.of(arguments));
    return Processes.run(all);
  }

  @Override
  public void close() {
    kill();
    Processes.delete(directory);
  }
}
