package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the role may do that the README's statements make. */
final class OrchestratorRoleTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  private static final Pattern SQL = Pattern.compile("(?s)```sql\n(.*?)```");

  @TempDir static Path directory;
  private static EmbeddedPostgres server;
  private static ConfigDatabase owner;
  private static LockSchema locks;

  @BeforeAll
  static void makeTheRole() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Binaries.copyTo(directory);
    try (var _ = EmbeddedPostgres.start(directory, _ -> {})) {
      // Makes the cluster.
    }
    Files.writeString(
        directory.resolve("postgres/cluster/pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
    server = EmbeddedPostgres.start(directory, _ -> {});
    owner =
        ConfigDatabase.open(
            DatabaseSettings.of(server.databaseUrl()), InstantSource.system(), Optional.empty());
    locks = LockSchema.make(OrchestratorRoleTest::execute, OrchestratorRoleTest::query);
    execute("CREATE TABLE ballast_locks.version AS SELECT 1 AS version");
    var statements = SQL.matcher(Files.readString(Path.of("README.md")));
    assertThat(statements.find()).isTrue();
    executeAs("postgres", statements.group(1));
  }

  @AfterAll
  static void stop() {
    owner.close();
    server.close();
  }

  private static String url(String role) {
    return server.databaseUrl().replace("user=ballast", "user=" + role);
  }

  private static void execute(String sql) {
    try {
      executeAs("ballast", sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void executeAs(String role, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(url(role));
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(String sql) {
    try (var connection = DriverManager.getConnection(server.databaseUrl());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static ConfigDatabase join() {
    return ConfigDatabase.join(
        DatabaseSettings.of(url("ballast_orchestrator")), InstantSource.system());
  }

  @Test
  void shouldWriteWhatItObserves() throws SQLException {
    var lbServer =
        new LbServer("lb-1", "default", "a1", "10.0.0.1", "http://10.0.0.1:7071", "1", NOON);
    var status = new LbServerStatus("lb-1", "a1", LbServerState.READY, "it serves", 0, NOON);
    var verdict = new BackendStatus("web", "b0", Verdict.HEALTHY, "status 200", 0, NOON);
    owner.store().apply(Yaml.pool("web", 1, 1), ApplyOptions.NONE, "test");
    owner.store().register(lbServer);
    // The next revision is the one that prunes history and tombstones.
    execute("UPDATE ballast.revision SET n = 19998");
    locks.open("one-1", Duration.ofMinutes(1));
    Fence fence = locks.take("one-1", "part/1");

    try (ConfigDatabase joined = join()) {
      for (int round = 0; round < 3; round++) {
        verdict = verdict.next(Verdict.HEALTHY, "status 200", 0, NOON.plusSeconds(round));
        joined
            .store()
            .observe(
                List.of(new Observation(verdict, fence), new Observation(status, fence)), "o-1");
      }
    }
    try (var follower = SqlFollower.connect(DatabaseSettings.of(server.databaseUrl()))) {
      var listed = follower.list();
      assertThat(listed.statusOf("web", "b0")).contains(verdict);
      assertThat(listed.statusOf(lbServer)).contains(status);
    }
    assertThat(query("SELECT tombstones_after FROM ballast.revision")).isEqualTo("10000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM ballast.certificate",
        "SELECT * FROM ballast.fleet_keys",
        "SELECT * FROM ballast.pool",
        "SELECT spec FROM ballast.backend",
        "UPDATE ballast.backend SET spec = '{}'",
        "DELETE FROM ballast.lb_server",
        "DELETE FROM ballast.backend_status",
        "INSERT INTO ballast.backend_override VALUES ('web', 'b0', 1, '{}', 1)",
        "UPDATE ballast.history SET who = 'nobody'",
        "UPDATE ballast.revision SET incarnation = gen_random_uuid()",
        "DELETE FROM ballast.schema_history",
        "CREATE TABLE ballast.mine ()",
        "CREATE TABLE ballast_locks.mine ()",
        "SELECT * FROM ballast_locks.fences"
      })
  void shouldDoNothingElse(String statement) {
    assertThatThrownBy(() -> executeAs("ballast_orchestrator", statement))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("permission denied");
  }

  @Test
  void shouldSayWhatIsMissingWhereItHasTooFewRights() {
    execute("REVOKE SELECT ON ballast.schema_history FROM ballast_orchestrator");
    try {
      assertThatThrownBy(OrchestratorRoleTest::join)
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("permission denied for table schema_history")
          .hasMessageContaining("give this role the rights that configdb/README.md lists");
    } finally {
      execute("GRANT SELECT ON ballast.schema_history TO ballast_orchestrator");
    }
  }
}
