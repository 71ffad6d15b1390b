package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class EmbeddedPostgresTest {
  /** One cluster for all of these tests: each leaves it stopped. */
  private static final Path DIRECTORY = Path.of("target", "embedded-postgres");

  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void begin() throws IOException {
    FileTree.delete(DIRECTORY.resolve("postgres").resolve("cluster"));
    FileTree.delete(DIRECTORY.resolve("postgres").resolve("cluster.creating"));
  }

  @Test
  void shouldBeSafeAndOnlyReachableWithThePassword() throws Exception {
    try (var server = start()) {
      assertThat(query(server, "SHOW fsync")).isEqualTo("on");
      assertThat(query(server, "SHOW data_checksums")).isEqualTo("on");
      assertThat(query(server, "SHOW wal_level")).isEqualTo("logical");
      assertThat(query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
          .isEqualTo("f");
      assertThat(
              query(
                  server,
                  "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'ballast'"))
          .isEqualTo("bC.UTF-8");
      String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/";
      assertThatThrownBy(
              () -> DriverManager.getConnection(url + "ballast?user=ballast&password=wrong"))
          .hasMessageContaining("password authentication failed");
      assertThatThrownBy(
              () -> DriverManager.getConnection(url + "postgres?user=postgres&password=x"))
          .hasMessageContaining("no pg_hba.conf entry");
      assertThat(Files.getPosixFilePermissions(DIRECTORY.resolve("postgres/password")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(DIRECTORY.resolve("logs/postgres.log"))
          .content()
          .contains("ready to accept connections");
    }
  }

  @Test
  void shouldKeepDataAndPortFromStartToStart() throws Exception {
    int port;
    try (var server = start()) {
      port = server.port();
      execute(server, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer");
    }
    progress.clear();
    long startedNanos = System.nanoTime();
    try (var server = start()) {
      System.out.println(
          "second start: " + Duration.ofNanos(System.nanoTime() - startedNanos).toMillis() + " ms");
      assertThat(server.port()).isEqualTo(port);
      assertThat(query(server, "SELECT answer FROM kept")).isEqualTo("42");
      assertThat(progress).isEmpty();
    }
  }

  @Test
  void shouldTakeAnotherPortWhenItsOwnIsTaken() throws Exception {
    int port;
    try (var server = start()) {
      port = server.port();
    }
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        var server = start()) {
      assertThat(server.port()).isNotEqualTo(port);
    }
  }

  @Test
  void shouldMakeANewPasswordWhenItsFileIsLost() throws Exception {
    try (var _ = start()) {
      Files.delete(DIRECTORY.resolve("postgres/password"));
    }
    try (var server = start()) {
      assertThat(query(server, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void shouldRefuseASecondStartInTheSameProcess() {
    try (var _ = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(DatabaseStartFailed.class)
          .hasMessageContaining("in use by the running process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void shouldRefuseASecondProcessAndOutliveAKillOfTheFirst() throws Exception {
    try (var holder = PostgresHolder.start(DIRECTORY.toAbsolutePath())) {
      ProcessHandle orphan = holder.server();
      assertThatThrownBy(this::start)
          .isInstanceOf(DatabaseStartFailed.class)
          .hasMessageContaining("in use by the running process " + holder.pid());
      long killedNanos = System.nanoTime();
      holder.kill();
      await()
          .atMost(Duration.ofSeconds(5))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> hasEnded(orphan));
      System.out.println(
          "after kill -9 of the parent: gone in "
              + Duration.ofNanos(System.nanoTime() - killedNanos).toMillis()
              + " ms");
    }
    try (var server = start()) {
      assertThat(query(server, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void shouldEndWithAProcessThatEndsWithoutClosingIt() throws Exception {
    try (var holder = PostgresHolder.start(DIRECTORY.toAbsolutePath())) {
      ProcessHandle server = holder.server();
      holder.end();
      await()
          .atMost(Duration.ofSeconds(5))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> hasEnded(server));
    }
  }

  @Test
  void shouldEndALeftoverOfAnEarlierRun() throws Exception {
    try (var _ = start()) {
      // Makes the cluster.
    }
    Path postgres = DIRECTORY.resolve("postgres").toRealPath();
    var binaries = PostgresBinaries.unpack(postgres, progress::add);
    var command = new ArrayList<>(Launch.detect().identity());
    command.addAll(
        List.of(
            binaries.program("postgres").toString(), "-D", postgres.resolve("cluster").toString()));
    Process leftover =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await().until(() -> Files.exists(postgres.resolve("cluster/postmaster.pid")));
    try (var server = start()) {
      assertThat(leftover.isAlive()).isFalse();
      assertThat(progress).anyMatch(line -> line.contains("INT to " + leftover.pid()));
      assertThat(query(server, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void shouldStartAgainAndRecoverAfterAKill() throws Exception {
    try (var server = start()) {
      execute(server, "CREATE TABLE IF NOT EXISTS survivor (answer int)");
      execute(server, "INSERT INTO survivor VALUES (7)");
      ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> query(server, "SELECT max(answer) FROM survivor").equals("7"));
      assertThat(progress).anyMatch(line -> line.contains("ended unexpectedly; starting it again"));
    }
  }

  @Test
  void shouldRunWhereThereAreNoUserNamespaces() throws Exception {
    if (!isRoot()) {
      assertThat(Launch.detect().identity()).isEmpty();
      return;
    }
    Path directory = publicDirectory();
    try (var server =
        EmbeddedPostgres.start(directory, progress::add, Launch.asUnprivilegedUser())) {
      assertThat(query(server, "SELECT 1")).isEqualTo("1");
      Object owner = Files.getAttribute(directory.resolve("postgres/cluster"), "unix:uid");
      assertThat(owner).isNotEqualTo(0);
    } finally {
      FileTree.delete(directory);
    }
  }

  @Test
  void shouldRunForAnUnprivilegedUser() throws Exception {
    Path directory = publicDirectory();
    try {
      List<String> nobody =
          isRoot()
              ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
              : List.of();
      if (!canRunJava(nobody)) {
        System.out.println(
            "this JDK is for root only: the unprivileged user can't be tested with it");
        return;
      }
      String classPath = PostgresHolder.classPathCopiedTo(directory);
      Path data = Files.createDirectory(directory.resolve("data"));
      Binaries.copyTo(data);
      for (Path open : List.of(data, data.resolve("postgres"))) {
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
      try (var holder = PostgresHolder.start(data, nobody, classPath)) {
        ProcessHandle server = holder.server();
        holder.kill();
        await().atMost(Duration.ofSeconds(5)).until(() -> hasEnded(server));
      }
    } finally {
      FileTree.delete(directory);
    }
  }

  @Test
  void shouldUnpackAgainWhatHasBeenLost() throws Exception {
    Path postgres = Files.createDirectories(DIRECTORY.resolve("postgres")).toRealPath();
    Path library =
        PostgresBinaries.unpack(postgres, _ -> {}).home().resolve("lib/postgresql/pgoutput.so");
    Files.write(library, new byte[0]);
    assertThat(PostgresBinaries.unpack(postgres, progress::add).home()).exists();
    assertThat(progress).hasSize(1);
    assertThat(library).isNotEmptyFile();
  }

  @Test
  void shouldSayWhyItDidNotStart() throws Exception {
    try (var _ = start()) {
      // Makes the cluster.
    }
    Path settings = DIRECTORY.resolve("postgres/cluster/postgresql.conf");
    String good = Files.readString(settings);
    Files.writeString(settings, good + "shared_buffers = nonsense\n");
    try {
      assertThatThrownBy(this::start)
          .isInstanceOf(DatabaseStartFailed.class)
          .hasMessageContaining("invalid value for parameter \"shared_buffers\": \"nonsense\"");
    } finally {
      Files.writeString(settings, good);
    }
    try (var server = start()) {
      assertThat(query(server, "SELECT 1")).isEqualTo("1");
    }
  }

  private EmbeddedPostgres start() {
    return EmbeddedPostgres.start(DIRECTORY, progress::add);
  }

  /** A zombie has ended too: not every init process takes note of its orphans at once. */
  private static boolean hasEnded(ProcessHandle process) throws IOException {
    Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
    return !process.isAlive() || Files.readString(stat).contains(") Z ");
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  private static boolean canRunJava(List<String> prefix) throws Exception {
    var command = new ArrayList<>(prefix);
    command.addAll(List.of(PostgresHolder.java(), "-version"));
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private static Path publicDirectory() throws IOException {
    Path directory = Files.createTempDirectory("ballast-test");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  private static String query(EmbeddedPostgres server, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(server.databaseUrl());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(server.databaseUrl());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
