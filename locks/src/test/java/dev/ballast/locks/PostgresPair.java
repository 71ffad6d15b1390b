package dev.ballast.locks;

import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A PostgreSQL primary and its streaming standby, each a copy of one cluster that was made before, and shut down in order. Fail-over is
 * what a manager of clusters would do: the primary is dead, the standby is promoted, and clients know both addresses.
 */
final class PostgresPair implements AutoCloseable {
  private static final String ACCESS =
      """
      host all postgres 127.0.0.1/32 trust
      host all all 127.0.0.1/32 scram-sha-256
      host replication ballast 127.0.0.1/32 scram-sha-256
      """;
  private static final String READY = "database system is ready to accept";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;
  private final String password;
  private final Server primary;
  private final Server standby;

  /** A cluster to copy, with its programs. */
  record Template(Path programs, Path cluster, String password) {
    /** Makes one in a directory, with programs that are unpacked already. */
    static Template create(Path directory, RealPostgres unpacked) throws IOException {
      var own = Files.createDirectories(directory.resolve("postgres"));
      var programs = unpacked.programs();
      // Links: the programs are many files, but never written.
      Processes.run(List.of("cp", "-al", programs.toString(), own.toString()));
      String url;
      try (var made = EmbeddedPostgres.start(directory, _ -> {})) {
        url = made.databaseUrl();
      }
      return new Template(
          own.resolve(programs.getFileName()),
          own.resolve("cluster"),
          url.replaceFirst(".*password=", ""));
    }
  }

  private final class Server {
    final Path data;
    final List<String> settings;
    final int port;
    private final Template template;
    private Process process;
    private int starts;

    Server(Template template, String name, List<String> settings, boolean isStandby)
        throws IOException {
      this.data = directory.resolve(name);
      this.settings = settings;
      Processes.run(List.of("cp", "-a", template.cluster().toString(), data.toString()));
      if (isStandby) {
        Files.createFile(data.resolve("standby.signal"));
      }
      this.template = template;
      var started = Ports.startSomewhere(this::run);
      this.process = started.process();
      this.port = started.port();
    }

    private Ports.Starting run(int at) {
      var command = new ArrayList<>(identity());
      command.add(template.programs().resolve("bin/postgres").toString());
      command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(at)));
      command.addAll(List.of("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="));
      command.addAll(List.of("-c", "hba_file=" + directory.resolve("access")));
      settings.forEach(setting -> command.addAll(List.of("-c", setting)));
      var log = directory.resolve(data.getFileName() + "-log-" + ++starts);
      return new Ports.Starting(Processes.start(command, log), log, READY);
    }

    void start() {
      process = Ports.startAt(port, this::run);
    }

    /** With all its children, at once. */
    void kill() {
      var all = new ArrayList<>(process.descendants().toList());
      all.add(process.toHandle());
      all.forEach(ProcessHandle::destroyForcibly);
      Processes.awaitEnd(process);
    }

    /** In order, after what is connected was sent away. */
    void stop() {
      Processes.signal("INT", process);
      Processes.awaitEnd(process);
    }

    /** PostgreSQL refuses root, so it gets a user namespace, or the identity of whom the embedded one was handed to. */
    private List<String> identity() {
      try {
        int own = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        int owner = (Integer) Files.getAttribute(data, "unix:uid");
        if (own != 0) {
          return List.of();
        }
        return owner == 0
            ? List.of("unshare", "--user", "--")
            : List.of("setpriv", "--reuid=" + owner, "--clear-groups", "--");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String superuser() {
      return "jdbc:postgresql://127.0.0.1:%d/ballast?user=postgres".formatted(port);
    }
  }

  /**
   * Starts both, and waits until the standby follows.
   *
   * @param isSynchronous whether a commit waits for the standby
   */
  PostgresPair(Template template, Path directory, boolean isSynchronous) throws IOException {
    this.directory = directory;
    this.password = template.password();
    Files.writeString(directory.resolve("access"), ACCESS);
    primary = new Server(template, "primary", List.of(), false);
    var follow =
        "primary_conninfo=host=127.0.0.1 port=%d user=ballast password=%s application_name=standby"
            .formatted(primary.port, password);
    standby = new Server(template, "standby", List.of(follow), true);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                RealPostgres.query(primary.superuser(), "SELECT state FROM pg_stat_replication")
                    .equals("streaming"));
    if (isSynchronous) {
      // Only now: without a standby a commit would wait for ever.
      RealPostgres.execute(
          primary.superuser(), "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
      RealPostgres.execute(primary.superuser(), "SELECT pg_reload_conf()");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  RealPostgres.query(
                          primary.superuser(), "SELECT sync_state FROM pg_stat_replication")
                      .equals("sync"));
    }
  }

  /** As clients are to have it: both hosts, and the driver looks for the primary. */
  String url() {
    return "postgresql://ballast:%s@127.0.0.1:%d,127.0.0.1:%d/ballast?targetServerType=primary"
        .formatted(password, primary.port, standby.port);
  }

  void killPrimary() {
    primary.kill();
  }

  void promoteStandby() {
    RealPostgres.execute(standby.superuser(), "SELECT pg_promote()");
  }

  /** From now on the standby hears nothing. */
  void stopStandby() {
    standby.stop();
  }

  void startStandby() {
    standby.start();
  }

  @Override
  public void close() {
    primary.kill();
    standby.kill();
    Processes.delete(directory);
  }
}
