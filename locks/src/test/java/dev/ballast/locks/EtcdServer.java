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
  private static final String READY = "ready to serve client requests";
  private static final int TRIES = 5;

  private final Path directory;
  private final List<String> command;
  private final int port;
  private final Ports.Starting first;
  private Process process;
  private int starts;

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
    first = run(port);
    process = first.process();
  }

  /** A cluster of so many members, which takes calls. */
  static List<EtcdServer> cluster(int size) {
    for (int i = 0; i < TRIES; i++) {
      var servers = start(size);
      if (Ports.areUp(servers.stream().map(server -> server.first).toList())) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> servers.stream().allMatch(EtcdServer::isHealthy));
        return servers;
      }
      servers.forEach(EtcdServer::close);
    }
    throw new AssertionError("others took a port of each of " + TRIES + " clusters");
  }

  private static List<EtcdServer> start(int size) {
    var ports = IntStream.range(0, size).mapToObj(_ -> Ports.free()).toList();
    var peers = IntStream.range(0, size).mapToObj(_ -> Ports.free()).toList();
    return IntStream.range(0, size).mapToObj(i -> new EtcdServer(i, ports, peers)).toList();
  }

  static String url(List<EtcdServer> cluster) {
    return cluster.stream()
        .map(server -> "127.0.0.1:" + server.port)
        .collect(Collectors.joining(",", "etcd://", ""));
  }

  private boolean isHealthy() {
    return !ctl("endpoint", "status", "--write-out", "json").contains("\"leader\":0");
  }

  private Ports.Starting run(int ignored) {
    var log = directory.resolve("log-" + ++starts);
    return new Ports.Starting(Processes.start(command, log), log, READY);
  }

  /** Whether it leads the cluster, by its own account. */
  boolean isLeader() {
    var status = EtcdClient.JSON.readTree(ctl("endpoint", "status", "--write-out", "json"));
    var own = status.path(0).path("Status");
    return own.path("leader").asString("").equals(own.path("header").path("member_id").asString());
  }

  /** Starts it again, and waits until it answers; that takes a majority of the members. */
  void start() {
    process = Ports.startAt(port, this::run);
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
