package dev.ballast.locks;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Leases and claims in a PostgreSQL, in a schema of their own: the default engine, as the configuration is in one already.
 *
 * <p>Every call is one statement that calls one function ({@code postgres-1.sql}, where it says why that is right), so it is
 * one transaction in one round trip, and no client can be paused inside it. Time is the database's {@code clock_timestamp()}
 * alone. No lock of a database session is a lease: a connection that breaks drops nothing.
 *
 * <p>Needs PostgreSQL 14 or newer with the encoding UTF-8. Leases that ran out are cleared away by whoever opens others.
 *
 * <p>Safe for use by many threads, virtual ones too.
 */
public final class PostgresEngine implements LockEngine {
  private static final int POOL_SIZE = 8;

  private final PostgresPool pool;
  private final PostgresListener listener;
  private final EngineFacts facts;

  private PostgresEngine(PostgresPool pool, EngineFacts facts) {
    this.pool = pool;
    this.facts = facts;
    this.listener = new PostgresListener(pool);
  }

  /**
   * An engine in a database, whose schema is made or upgraded if need be.
   *
   * @param url {@code postgres://USER:PASSWORD@HOST[:PORT]/DATABASE[?sslmode=…]}, the same with {@code postgresql://}, or the
   *     driver's own {@code jdbc:postgresql:} form
   * @throws IllegalArgumentException if it is no such URL
   * @throws EngineUnavailable if the database can't be used, saying why and what to do
   */
  public static PostgresEngine connect(String url) {
    return connect(url, POOL_SIZE);
  }

  /** As above, with at most so many connections, and one more to listen. */
  public static PostgresEngine connect(String url, int connections) {
    var pool = new PostgresPool(PostgresAddress.of(url), connections);
    boolean isReady = false;
    try {
      var facts = PostgresFacts.of(pool);
      PostgresSchema.prepare(pool);
      isReady = true;
      return new PostgresEngine(pool, facts);
    } finally {
      if (!isReady) {
        pool.close();
      }
    }
  }

  @Override
  public EngineFacts facts() {
    return facts;
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    LocksSettings.checkTtl(ttl);
    Claim.check("an owner", owner);
    long micros = micros(ttl);
    return pool.call(
        "SELECT ballast_locks.open(?, ?, ?)",
        statement -> {
          statement.setString(1, lease.value());
          statement.setString(2, owner);
          statement.setLong(3, micros);
          statement.execute();
          return ofMicros(micros);
        });
  }

  @Override
  public boolean renew(LeaseId lease) {
    return pool.call(
        "SELECT ballast_locks.renew(?)",
        statement -> {
          statement.setString(1, lease.value());
          try (var rows = statement.executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
          }
        });
  }

  @Override
  public void close(LeaseId lease) {
    pool.call(
        "SELECT ballast_locks.close(?)",
        statement -> {
          statement.setString(1, lease.value());
          return statement.execute();
        });
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    return pool.call(
        "SELECT * FROM ballast_locks.claim(?, ?, ?, ?, ?, ?)",
        statement -> {
          statement.setString(1, lease.value());
          setClaims(statement, 2, claims, wait);
          return answers(statement, lease);
        });
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    LocksSettings.checkTtl(ttl);
    Claim.check("an owner", owner);
    long micros = micros(ttl);
    return pool.call(
        "SELECT * FROM ballast_locks.open_and_claim(?, ?, ?, ?, ?, ?, ?, ?)",
        statement -> {
          statement.setString(1, lease.value());
          statement.setString(2, owner);
          statement.setLong(3, micros);
          setClaims(statement, 4, claims, wait);
          return new Opened(ofMicros(micros), answers(statement, lease));
        });
  }

  private static void setClaims(
      PreparedStatement statement, int first, List<Claim> claims, boolean wait)
      throws SQLException {
    var modes = claims.stream().map(claim -> PostgresMode.of(claim.mode())).toList();
    statement.setArray(first, texts(statement, claims.stream().map(Claim::name).toList()));
    statement.setObject(first + 1, modes.stream().mapToInt(PostgresMode::permits).toArray());
    statement.setObject(first + 2, modes.stream().mapToInt(PostgresMode::size).toArray());
    statement.setArray(first + 3, texts(statement, claims.stream().map(Claim::note).toList()));
    statement.setBoolean(first + 4, wait);
  }

  private static Array texts(PreparedStatement statement, Collection<String> texts)
      throws SQLException {
    return statement.getConnection().createArrayOf("text", texts.toArray());
  }

  private static List<Answer> answers(PreparedStatement statement, LeaseId lease)
      throws SQLException {
    try (var rows = statement.executeQuery()) {
      rows.next();
      if (rows.getBoolean("is_lost")) {
        throw new LeaseLost("there is no lease " + lease);
      }
      var tokens = (Long[]) rows.getArray("tokens").getArray();
      var aheads = (Integer[]) rows.getArray("aheads").getArray();
      var lookAgains = (Long[]) rows.getArray("look_agains_us").getArray();
      var answers = new ArrayList<Answer>();
      for (int i = 0; i < tokens.length; i++) {
        answers.add(
            tokens[i] == null
                ? new Answer.Waiting(aheads[i], ofMicros(lookAgains[i]))
                : new Answer.Granted(tokens[i]));
      }
      return answers;
    }
  }

  @Override
  public void release(LeaseId lease, Collection<String> names) {
    pool.call(
        "SELECT ballast_locks.release(?, ?)",
        statement -> {
          statement.setString(1, lease.value());
          statement.setArray(2, texts(statement, names));
          return statement.execute();
        });
  }

  @Override
  public List<Holding> list(String prefix) {
    Claim.check("a prefix", prefix);
    return holdings("SELECT * FROM ballast_locks.list(?)", prefix);
  }

  @Override
  public List<Holding> breakLock(String name) {
    Claim.checkName(name);
    return holdings("SELECT * FROM ballast_locks.break_lock(?)", name);
  }

  private List<Holding> holdings(String sql, String argument) {
    return pool.call(
        sql,
        statement -> {
          statement.setString(1, argument);
          try (var rows = statement.executeQuery()) {
            var holdings = new ArrayList<Holding>();
            while (rows.next()) {
              holdings.add(holding(rows));
            }
            return holdings;
          }
        });
  }

  private static Holding holding(ResultSet row) throws SQLException {
    return new Holding(
        row.getString("name"),
        row.getLong("token"),
        row.getBoolean("is_held"),
        new PostgresMode(row.getInt("permits"), row.getInt("size")).mode(),
        row.getString("note"),
        new LeaseId(row.getString("lease")),
        row.getString("owner"),
        ofMicros(row.getLong("ttl_us")),
        ofMicros(row.getLong("remaining_us")));
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    pool.call(
        "SELECT ballast_locks.wake(?)",
        statement -> {
          statement.setArray(1, texts(statement, leases.stream().map(LeaseId::value).toList()));
          return statement.execute();
        });
  }

  @Override
  public void listen(String client, Waker waker) {
    listener.listen(client, waker);
  }

  @Override
  public void unlisten(String client) {
    listener.unlisten(client);
  }

  @Override
  public void close() {
    listener.close();
    pool.close();
  }

  /** Rounded up. */
  private static long micros(Duration time) {
    return Math.ceilDiv(time.toNanos(), 1_000L);
  }

  private static Duration ofMicros(long micros) {
    return Duration.ofNanos(micros * 1_000);
  }
}
