package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The functions for users' own transactions, and what the engine says of a server's settings. */
class PostgresSqlTest {
  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();
  private static final Duration TTL = Duration.ofSeconds(1);
  private static final Random RANDOM = new Random();

  private String url;
  private PostgresEngine engine;

  @BeforeEach
  void connectEngine() {
    url = POSTGRES.newDatabase();
    engine = PostgresEngine.connect(url);
  }

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  private Connection begin() throws SQLException {
    var connection = RealPostgres.connect(url);
    connection.setAutoCommit(false);
    return connection;
  }

  private static String run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }

  @Test
  void shouldRefuseAnOlderTokenAtAResource() throws Exception {
    try (var session = RealPostgres.connect(url)) {
      run(session, "SELECT ballast_locks.fence('r', 5)");
      run(session, "SELECT ballast_locks.fence('r', 5)");
      run(session, "SELECT ballast_locks.fence('other', 1)");
      run(session, "SELECT ballast_locks.fence('r', 7)");
      assertThatThrownBy(() -> run(session, "SELECT ballast_locks.fence('r', 5)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("LK001"))
          .hasMessageContaining("fencing token 5 is older than 7, which was seen before at r");
    }
  }

  @Test
  void shouldLetNothingPassWithoutATokenOrAResource() throws Exception {
    try (var session = RealPostgres.connect(url)) {
      run(session, "SELECT ballast_locks.fence('r', 5)");
      for (String arguments : List.of("'r', NULL", "'new', NULL", "NULL, 6")) {
        assertThatThrownBy(() -> run(session, "SELECT ballast_locks.fence(" + arguments + ")"))
            .as(arguments)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22004"));
      }
    }
    long token = hold(LeaseId.of(1, RANDOM), "a");
    for (String arguments : List.of("'a', NULL", "NULL, " + token, "'a', " + token + ", NULL")) {
      assertThat(RealPostgres.query(url, "SELECT ballast_locks.holds(" + arguments + ")"))
          .as(arguments)
          .isEqualTo("f");
    }
  }

  @Test
  void shouldForgetATokenOfATransactionThatRolledBack() throws Exception {
    try (var session = begin()) {
      run(session, "SELECT ballast_locks.fence('r', 9)");
      session.rollback();
      run(session, "SELECT ballast_locks.fence('r', 8)");
      session.commit();
    }
    assertThat(RealPostgres.query(url, "SELECT token FROM ballast_locks.fences")).isEqualTo("8");
  }

  @Test
  void shouldLetTransactionsPassAFenceOneAfterTheOther() throws Exception {
    try (var old = begin();
        var young = begin();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run(young, "SELECT ballast_locks.fence('r', 2)");
      var late = threads.submit(() -> run(old, "SELECT ballast_locks.fence('r', 1)"));
      awaitBlocked();
      assertThat(late).isNotDone();
      young.commit();
      assertThatThrownBy(late::get).hasMessageContaining("is older than 2");
      old.rollback();

      run(old, "SELECT ballast_locks.fence('s', 1)");
      var next = threads.submit(() -> run(young, "SELECT ballast_locks.fence('s', 2)"));
      awaitBlocked();
      old.commit();
      next.get();
      young.commit();
    }
    assertThat(RealPostgres.query(url, "SELECT sum(token) FROM ballast_locks.fences"))
        .isEqualTo("4");
  }

  private void awaitBlocked() {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                RealPostgres.query(
                    url,
                    "SELECT count(*) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"),
            "1"::equals);
  }

  private long hold(LeaseId lease, String name) {
    var opened = engine.openAndClaim(lease, "o", TTL, List.of(Claim.exclusive(name)), true);
    return ((Answer.Granted) opened.answers().getFirst()).token();
  }

  private static String holds(String name, long token, boolean keeps) {
    return "SELECT ballast_locks.holds('%s', %d, %s)".formatted(name, token, keeps);
  }

  @Test
  void shouldKnowWhetherAClaimIsHeld() throws Exception {
    var lease = LeaseId.of(1, RANDOM);
    long token = hold(lease, "a");
    var waiter = LeaseId.of(2, RANDOM);
    engine.openAndClaim(waiter, "w", Duration.ofMinutes(1), List.of(Claim.exclusive("a")), true);
    long waiting = engine.list("a").get(1).token();
    assertThat(RealPostgres.query(url, holds("a", token, false))).isEqualTo("t");
    assertThat(RealPostgres.query(url, holds("a", token, true))).isEqualTo("t");
    assertThat(RealPostgres.query(url, holds("a", waiting, true))).isEqualTo("f");
    assertThat(RealPostgres.query(url, holds("a", 99_999, true))).isEqualTo("f");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> RealPostgres.query(url, holds("a", token, true)), "f"::equals);
    engine.claim(waiter, List.of(Claim.exclusive("a")), true);
    assertThat(RealPostgres.query(url, holds("a", waiting, true))).isEqualTo("t");
    engine.close(waiter);
    assertThat(RealPostgres.query(url, holds("a", waiting, false))).isEqualTo("f");
  }

  @Test
  void shouldKeepOthersOutUntilAJoinedTransactionHasEnded() throws Exception {
    var lease = LeaseId.of(1, RANDOM);
    var rival = LeaseId.of(2, RANDOM);
    engine.open(rival, "rival", Duration.ofMinutes(1));
    assertThat(engine.renew(rival)).isTrue();
    try (var session = begin()) {
      long token = hold(lease, "a");
      assertThat(run(session, holds("a", token, true))).isEqualTo("t");
      assertThat(engine.renew(lease)).as("renewal beside the joined transaction").isTrue();
      long end = System.nanoTime() + TTL.multipliedBy(3).toNanos();
      while (System.nanoTime() - end < 0) {
        assertThat(engine.claim(rival, List.of(Claim.exclusive("a")), true).getFirst())
            .isInstanceOf(Answer.Waiting.class);
      }
      assertThat(engine.renew(lease)).as("renewal of what has run out").isFalse();
      session.commit();
    }
    assertThat(engine.claim(rival, List.of(Claim.exclusive("a")), true).getFirst())
        .isInstanceOf(Answer.Granted.class);
  }

  @Test
  void shouldLetReleaseAndBreakWaitForAJoinedTransaction() throws Exception {
    var lease = LeaseId.of(1, RANDOM);
    long token = hold(lease, "a");
    engine.open(lease, "o", Duration.ofMinutes(1));
    try (var session = begin();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(run(session, holds("a", token, true))).isEqualTo("t");
      var release = threads.submit(() -> engine.release(lease, List.of("a")));
      awaitBlocked();
      assertThat(release).isNotDone();
      session.commit();
      release.get();
      assertThat(run(session, holds("a", token, true))).isEqualTo("f");
    }
  }

  private List<String> warningsWith(String setting) {
    RealPostgres.execute(
        RealPostgres.superuser(url),
        "ALTER DATABASE %s SET %s"
            .formatted(RealPostgres.query(url, "SELECT current_database()"), setting));
    try (var other = PostgresEngine.connect(url)) {
      return other.facts().warnings();
    }
  }

  @Test
  void shouldNameTheServerAndWarnOfWhatItLacks() {
    assertThat(engine.facts().name()).startsWith("PostgreSQL 18").doesNotContain("password");
    assertThat(engine.facts().promise()).contains("outlast");
    assertThat(engine.facts().warnings()).isEmpty();
    assertThat(warningsWith("synchronous_commit = off"))
        .singleElement()
        .asString()
        .contains("set synchronous_commit = on");
  }

  @Test
  void shouldWarnOfAServerThatDoesNotWriteThrough() {
    String superuser = RealPostgres.superuser(url);
    for (String setting : List.of("fsync", "full_page_writes")) {
      RealPostgres.execute(superuser, "ALTER SYSTEM SET " + setting + " = off");
      try {
        assertThat(warningsAfterReload(superuser, setting, "off"))
            .singleElement()
            .asString()
            .contains("set " + setting + " = on");
      } finally {
        RealPostgres.execute(superuser, "ALTER SYSTEM RESET " + setting);
        warningsAfterReload(superuser, setting, "on");
      }
    }
  }

  private List<String> warningsAfterReload(String superuser, String setting, String value) {
    RealPostgres.query(superuser, "SELECT pg_reload_conf()");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> RealPostgres.query(url, "SHOW " + setting), value::equals);
    try (var other = PostgresEngine.connect(url)) {
      return other.facts().warnings();
    }
  }

  @Test
  void shouldWarnOfReplicasThatAreNotSynchronous() {
    RealPostgres.query(url, "SELECT pg_create_physical_replication_slot('replica')");
    try (var other = PostgresEngine.connect(url)) {
      assertThat(other.facts().warnings())
          .singleElement()
          .asString()
          .contains("set synchronous_standby_names");
    } finally {
      RealPostgres.query(url, "SELECT pg_drop_replication_slot('replica')");
    }
  }
}
