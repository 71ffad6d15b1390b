package dev.ballast.verify;

import dev.ballast.configdb.EmbeddedPostgres;
import dev.ballast.verify.FaultNode.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How the servers of the engines are started: as real ones are, synchronising what they acknowledge. */
final class FaultPrograms {
  private FaultPrograms() {}

  /**
   * A server and who may log in.
   *
   * @param login for the engine's URL
   */
  record Served(Program program, String login) {}

  /**
   * The server of a node.
   *
   * @param peers where the nodes hear each other, by their numbers, for engines that have that
   */
  static Served of(
      LockEngineCase engine,
      Path directory,
      InetSocketAddress address,
      int number,
      List<InetSocketAddress> peers) {
    return switch (engine) {
      case POSTGRES -> postgres(directory, address);
      case REDIS, REDLOCK -> new Served(redis(directory, address), "");
      case ETCD, ETCD_CLUSTER -> new Served(etcd(directory, address, number, peers), "");
    };
  }

  /**
   * Redis allocates by jemalloc, which asks for the time before libfaketime is ready and then hangs: the C library's own
   * allocator in front keeps them apart.
   */
  private static Program redis(Path directory, InetSocketAddress address) {
    var command = new ArrayList<String>();
    command.addAll(List.of("redis-server", "--dir", directory.toString(), "--save", ""));
    command.addAll(List.of("--bind", address.getHostString()));
    command.addAll(List.of("--port", Integer.toString(address.getPort())));
    command.addAll(List.of("--protected-mode", "no"));
    command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always"));
    return new Program(directory, command, ":libc.so.6");
  }

  /** With an election timeout of 500 ms instead of 1 s, for the shortest lease is half as long again. */
  private static Program etcd(
      Path directory, InetSocketAddress address, int number, List<InetSocketAddress> peers) {
    String clients = url(address);
    String own = url(peers.get(number));
    String all =
        IntStream.range(0, peers.size())
            .mapToObj(i -> "node" + i + "=" + url(peers.get(i)))
            .collect(Collectors.joining(","));
    var command = new ArrayList<String>();
    command.addAll(List.of("etcd", "--name", "node" + number, "--data-dir", directory + "/data"));
    command.addAll(List.of("--listen-client-urls", clients, "--advertise-client-urls", clients));
    command.addAll(List.of("--listen-peer-urls", own, "--initial-advertise-peer-urls", own));
    command.addAll(List.of("--initial-cluster", all));
    command.addAll(List.of("--heartbeat-interval", "50", "--election-timeout", "500"));
    return new Program(directory, command, null);
  }

  private static String url(InetSocketAddress address) {
    return "http://" + address.getHostString() + ":" + address.getPort();
  }

  /** The embedded server makes the cluster; then its programs are started as a node like others. */
  private static Served postgres(Path directory, InetSocketAddress address) {
    String password;
    try (var made = EmbeddedPostgres.start(directory, _ -> {})) {
      password = made.databaseUrl().replaceFirst(".*password=", "");
    }
    Path data = directory.resolve("postgres/cluster");
    try {
      Path access =
          Files.writeString(directory.resolve("access"), "host all all all scram-sha-256\n");
      var command = new ArrayList<>(identity(data));
      command.add(postgresProgram(directory).toString());
      command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(address.getPort())));
      command.addAll(List.of("-c", "listen_addresses=" + address.getHostString()));
      command.addAll(List.of("-c", "hba_file=" + access, "-c", "unix_socket_directories="));
      return new Served(new Program(directory, command, ""), "ballast:" + password + "@");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** PostgreSQL refuses root: it is started as whoever owns the cluster, and, where that is root, as nobody to itself. */
  private static List<String> identity(Path data) throws IOException {
    int own = uid(Path.of("/proc/self"));
    int owner = uid(data);
    if (own != 0) {
      return List.of();
    }
    return owner == 0
        ? List.of("unshare", "--user", "--")
        : List.of("setpriv", "--reuid=" + owner, "--clear-groups", "--");
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }

  private static Path postgresProgram(Path directory) throws IOException {
    try (var files = Files.find(directory, 6, (path, _) -> path.endsWith("bin/postgres"))) {
      return files.findFirst().orElseThrow();
    }
  }
}
