package dev.ballast.configdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.BackendStatus;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Databases of older and newer versions. */
final class SchemaTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  private static final LbServer SERVER =
      new LbServer("lb-1", "default", "a1", "10.0.0.1", "http://10.0.0.1:7071", "1", NOON);

  @RegisterExtension final SharedPostgres postgres = new SharedPostgres();

  private void migrateAnewTo(String version) {
    postgres.execute("DROP SCHEMA ballast CASCADE");
    postgres.execute("DROP PUBLICATION ballast");
    Flyway.configure()
        .dataSource(postgres.server().databaseUrl(), null, null)
        .schemas("ballast")
        .table("schema_history")
        .locations("classpath:dev/ballast/configdb/migration")
        .placeholderReplacement(false)
        .target(version)
        .load()
        .migrate();
  }

  /** As the version wrote it that knew neither histories of verdicts nor statuses of LB servers. */
  private void writeInFormat2() {
    postgres.execute(
        """
        DO $$ BEGIN PERFORM ballast.raise_revision();
        INSERT INTO ballast.pool VALUES ('web', 2, '{"algorithm": {"type": "round-robin"}}', 2);
        INSERT INTO ballast.backend VALUES ('web', 'b1', 2, '{"address": "10.0.0.1:80", "weight": 1, "adminState": "enabled"}', 2);
        INSERT INTO ballast.backend_status VALUES ('web', 'b1', 2,
          '{"verdict": "unhealthy", "reason": "connect refused", "phi": 3.5, "since": "2026-01-31T12:00:00Z"}', 2);
        INSERT INTO ballast.lb_server VALUES ('lb-1', 'default', 2, '{"instance": "a1", "address": "10.0.0.1",
          "admin": "http://10.0.0.1:7071", "version": "1", "registered": "2026-01-31T12:00:00Z"}', 2);
        INSERT INTO ballast.history (revision, attempt, who, summary) VALUES (2, gen_random_uuid(), 'ann', '{}'); END $$
        """);
  }

  private ConfigDatabase open() {
    return ConfigDatabase.open(postgres.settings(), InstantSource.system(), Optional.empty());
  }

  private ConfigDatabase join() {
    return ConfigDatabase.join(postgres.settings(), InstantSource.system());
  }

  private Snapshot list() throws SQLException {
    try (var follower = SqlFollower.connect(postgres.settings())) {
      return follower.list();
    }
  }

  @Test
  void shouldBringADatabaseOfTheVersionBeforeUpToDateWithWhatItHolds() throws SQLException {
    migrateAnewTo("2");
    writeInFormat2();
    var verdict = new BackendStatus("web", "b1", Verdict.UNHEALTHY, "connect refused", 3.5, NOON);

    try (ConfigDatabase database = open()) {
      assertThat(list().statusOf("web", "b1")).contains(verdict);
      assertThat(list().lbServers()).containsExactly(SERVER);
      assertThat(list().revision().n()).isEqualTo(2);
      assertThat(database.preflight()).allSatisfy(finding -> assertThat(finding.isOk()).isTrue());

      var next = verdict.next(Verdict.HEALTHY, "status 200", 0, NOON.plusSeconds(9));
      var status = new LbServerStatus("lb-1", "a1", LbServerState.READY, "it serves", 0, NOON);
      database.store().observeUnfenced(List.of(next, status), "test");
      assertThat(list().statusOf("web", "b1")).contains(next);
      assertThat(list().statusOf(SERVER)).contains(status);
    }
  }

  @Test
  void shouldKnowTheVersionThatTheMigrationsMake() {
    assertThat(postgres.query("SELECT max(version::int) FROM ballast.schema_history"))
        .isEqualTo(Integer.toString(Schema.VERSION));
  }

  @Test
  void shouldNotJoinADatabaseWithoutASchemaOrWithAnOlderOne() {
    migrateAnewTo("2");
    assertThatThrownBy(this::join)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining(
            "its schema has version 2, and version 3 is needed: start a controller");
    postgres.execute("DROP SCHEMA ballast CASCADE");
    assertThatThrownBy(this::join)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("it has no schema, and version 3 is needed: start a controller");
  }

  @Test
  void shouldNotJoinADatabaseWithANewerSchema() {
    postgres.execute(
        "INSERT INTO ballast.schema_history (installed_rank, version, description, type, script, installed_by,"
            + " execution_time, success) VALUES (99, '99', '', 'SQL', '', 'x', 0, true)");
    assertThatThrownBy(this::join)
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("its schema has version 99")
        .hasMessageContaining("upgrade this program");
  }
}
