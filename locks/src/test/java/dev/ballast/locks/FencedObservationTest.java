package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.configdb.DatabaseSettings;
import dev.ballast.configdb.Observation;
import dev.ballast.configdb.Observed;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Documents;
import dev.ballast.model.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What observers do: they share out what there is to observe as a consumer group, and write under the tokens of their partitions,
 * with one role for both, which may do no more than that.
 */
class FencedObservationTest {
  private static final Pattern SQL = Pattern.compile("(?s)```sql\n(.*?)```");
  private static final String ROLE = "ballast_orchestrator";

  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();

  /** Takes what comes. */
  private static final PartitionListener LISTENER =
      new PartitionListener() {
        @Override
        public void assigned(Ownership ownership) {}

        @Override
        public void revoked(Ownership ownership) {}

        @Override
        public void lost(Ownership ownership) {}
      };

  private String owner;
  private String observer;

  @BeforeEach
  void makeSchemasAndRole() throws Exception {
    owner = POSTGRES.newDatabase();
    try (var database = open();
        var engine = PostgresEngine.connect(owner)) {
      database
          .store()
          .apply(
              Documents.parse(
                  """
                  kind: Pool
                  name: web
                  backends: [{name: b1, address: "10.0.0.1:80"}]
                  """
                      .getBytes(StandardCharsets.UTF_8),
                  Documents.Format.YAML),
              ApplyOptions.NONE,
              "test");
      assertThat(engine.list("")).isEmpty();
    }
    var statements = SQL.matcher(Files.readString(Path.of("..", "configdb", "README.md")));
    assertThat(statements.find()).isTrue();
    asSuperuser(statements.group(1));
    asSuperuser("ALTER ROLE " + ROLE + " PASSWORD 'observer'");
    observer = owner.replaceFirst("\\?.*", "?user=" + ROLE + "&password=observer");
  }

  @AfterEach
  void dropTheRole() throws SQLException {
    asSuperuser("DROP OWNED BY " + ROLE);
    asSuperuser("DROP ROLE " + ROLE);
  }

  private void asSuperuser(String sql) throws SQLException {
    try (var connection = RealPostgres.connect(RealPostgres.superuser(owner));
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private ConfigDatabase open() {
    return ConfigDatabase.open(
        DatabaseSettings.of(owner), InstantSource.system(), Optional.empty());
  }

  private static Observation verdict(Verdict verdict, Ownership ownership) {
    return new Observation(
        new BackendStatus("web", "b1", verdict, "", 0, Instant.EPOCH),
        new Fence(ownership.lock(), ownership.token()));
  }

  private static ConsumerGroup join(Locks locks, String member) {
    return locks.join(GroupSettings.of("orchestrators", member, 16), LISTENER);
  }

  private static Locks locks(LockEngine engine, String owner) {
    var settings = LocksSettings.of(owner, System::nanoTime, new Random(owner.hashCode()));
    return new Locks(engine, settings.withTtl(Duration.ofSeconds(3)));
  }

  @Test
  void shouldWriteAsLongAsThePartitionIsItsOwn() {
    try (var database = ConfigDatabase.join(DatabaseSettings.of(observer), InstantSource.system());
        var engine = PostgresEngine.connect(observer);
        var first = locks(engine, "o-1");
        var second = locks(engine, "o-2")) {
      assertThat(engine.facts().name()).contains("PostgreSQL");
      var before = join(first, "o-1");
      await().until(() -> before.owned().size() == 16);
      Ownership old = before.owned().getFirst();

      Observed written = observe(database, verdict(Verdict.UNHEALTHY, old));
      assertThat(written.applied().isChanged()).isTrue();
      assertThat(written.stale()).isZero();

      var after = join(second, "o-2");
      before.close();
      await().until(() -> after.owned().size() == 16);
      Ownership fresh = after.owned().getFirst();

      assertThat(observe(database, verdict(Verdict.HEALTHY, old)).stale()).isEqualTo(1);
      assertThat(observe(database, verdict(Verdict.HEALTHY, fresh)).applied().isChanged()).isTrue();
    }
  }

  private static Observed observe(ConfigDatabase database, Observation observation) {
    return database.store().observe(List.of(observation), "test");
  }
}
