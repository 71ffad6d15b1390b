package dev.ballast.configdb;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Documents;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Refused;
import dev.ballast.model.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Writes at random, through the store and past it, within a small set of names so that writers meet. */
final class RandomWriter {
  private static final ApplyOptions ANYTHING = new ApplyOptions(false, false, true);
  private static final int POOLS = 4;

  private final SharedPostgres postgres;
  private final RandomGenerator random;

  RandomWriter(SharedPostgres postgres, RandomGenerator random) {
    this.postgres = postgres;
    this.random = random;
  }

  void write() throws SQLException {
    ConfigStore store = postgres.store();
    String pool = "p" + random.nextInt(POOLS);
    String backend = "b" + random.nextInt(6);
    try {
      switch (random.nextInt(10)) {
        case 0 ->
            store.apply(Yaml.pool(pool, random.nextInt(6), random.nextInt(3)), ANYTHING, "writer");
        case 1 -> store.apply(Yaml.backend(pool, backend, random.nextInt(100)), ANYTHING, "writer");
        case 2 -> store.delete(ItemKey.backend(pool, backend), Optional.empty(), "writer");
        case 3 -> store.delete(new ItemKey(Kind.POOL, pool), Optional.empty(), "writer");
        case 4 -> store.apply(loadBalancer(pool), ANYTHING, "writer");
        case 5 -> store.override(override(ItemKey.backend(pool, backend)));
        case 6 ->
            store.observeUnfenced(
                List.of(status(pool, "b0"), status(pool, "b1"), status(pool, "b2")), "writer");
        case 7 -> store.register(lbServer());
        case 8 -> store.observeUnfenced(List.of(lbServerStatus()), "writer");
        default -> writePastTheStore();
      }
    } catch (NotFound | Refused | InvalidInput expected) {
      // Another writer was first, or the names don't fit: nothing was written.
    }
  }

  private Documents loadBalancer(String pool) {
    return Yaml.documents(
        """
        kind: LoadBalancer
        name: lb%d
        domain: lb.example.test
        hosts: ["h%d.example.test"]
        listeners: [{name: http, port: %d, protocol: http}]
        routes: [{pool: %s}]
        """
            .formatted(random.nextInt(3), random.nextInt(1000), 8000 + random.nextInt(1000), pool));
  }

  private AdminOverride override(ItemKey target) {
    Instant now = Instant.ofEpochSecond(random.nextInt(1_000_000));
    return new AdminOverride(target, AdminState.DRAINING, "writer", "test", now, Optional.empty());
  }

  private BackendStatus status(String pool, String backend) {
    Verdict verdict = random.nextBoolean() ? Verdict.HEALTHY : Verdict.UNHEALTHY;
    return new BackendStatus(
        pool,
        backend,
        verdict,
        "test",
        random.nextInt(10),
        Instant.ofEpochSecond(random.nextInt(9)));
  }

  private LbServer lbServer() {
    String instance = Integer.toHexString(random.nextInt(5));
    return new LbServer(
        "lb" + random.nextInt(3),
        "default",
        instance,
        "127.0.0.21",
        "http://127.0.0.21:7071",
        "1",
        Instant.EPOCH);
  }

  private LbServerStatus lbServerStatus() {
    LbServer server = lbServer();
    LbServerState state = random.nextBoolean() ? LbServerState.READY : LbServerState.DEAD;
    return new LbServerStatus(server.name(), server.instance(), state, "test", 0, Instant.EPOCH);
  }

  /** Several statements on one row, savepoints, a renamed key, and often a rollback. */
  private void writePastTheStore() throws SQLException {
    String fleet = "f" + random.nextInt(4);
    try (Connection connection = postgres.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT ballast.raise_revision()");
      String n = "current_setting('ballast.revision')::bigint";
      String insert =
          "INSERT INTO ballast.fleet VALUES ('"
              + fleet
              + "', 1, '{}', "
              + n
              + ") ON CONFLICT (name) DO UPDATE SET revision = "
              + n;
      statement.execute(insert);
      var savepoint = connection.setSavepoint();
      statement.execute("DELETE FROM ballast.fleet WHERE name LIKE 'f%'");
      if (random.nextBoolean()) {
        connection.rollback(savepoint);
      }
      statement.execute(insert);
      if (random.nextBoolean()) {
        statement.execute("DELETE FROM ballast.fleet WHERE name = 'renamed'");
        statement.execute(
            "UPDATE ballast.fleet SET name = 'renamed', revision = "
                + n
                + " WHERE name = '"
                + fleet
                + "'");
        statement.execute(
            "INSERT INTO ballast.tombstone VALUES ('Fleet', '"
                + fleet
                + "', "
                + n
                + ") ON CONFLICT (kind, name) DO UPDATE SET revision = "
                + n);
      }
      statement.execute(
          "INSERT INTO ballast.tombstone SELECT 'Fleet', 'f' || i, "
              + n
              + " FROM generate_series(0, 3) i"
              + " WHERE NOT EXISTS (SELECT FROM ballast.fleet WHERE name = 'f' || i)"
              + " ON CONFLICT (kind, name) DO UPDATE SET revision = "
              + n);
      if (random.nextInt(3) == 0) {
        connection.rollback();
      } else {
        connection.commit();
      }
    }
  }
}
