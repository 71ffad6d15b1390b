package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What breaks between an engine and its database, and what was never right. */
class PostgresFailureTest {
  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final String KILL_ALL =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
          + " WHERE datname = current_database() AND pid <> pg_backend_pid()";
  private static final Random RANDOM = new Random();

  private String url;

  @BeforeEach
  void createDatabase() {
    url = POSTGRES.newDatabase();
  }

  private static Answer claim(LockEngine engine, LeaseId lease, String name) {
    return engine.claim(lease, List.of(Claim.exclusive(name)), true).getFirst();
  }

  @Test
  void shouldKeepLeasesWhenAllConnectionsDrop() {
    try (var engine = PostgresEngine.connect(url)) {
      var lease = LeaseId.of(1, RANDOM);
      engine.openAndClaim(lease, "o", LONG, List.of(Claim.exclusive("a")), true);
      RealPostgres.query(RealPostgres.superuser(url), KILL_ALL);
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreException(EngineUnavailable.class)
          .until(() -> engine.renew(lease));
      assertThat(engine.list("")).extracting(Holding::lease).containsExactly(lease);
    }
  }

  @Test
  void shouldHoldNothingTwiceWhileConnectionsAreKilledInTheMiddleOfCalls() throws Exception {
    var isOver = new AtomicBoolean();
    var unanswered = new AtomicInteger();
    try (var engine = PostgresEngine.connect(url);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var inside = new AtomicInteger();
      var entries = new AtomicInteger();
      var workers = new ArrayList<Future<?>>();
      for (int i = 0; i < 6; i++) {
        workers.add(
            threads.submit(
                () -> {
                  while (!isOver.get()) {
                    enter(engine, inside, entries, unanswered);
                  }
                }));
      }
      for (int i = 0; i < 20; i++) {
        int so = entries.get();
        RealPostgres.query(RealPostgres.superuser(url), KILL_ALL);
        await().atMost(Duration.ofSeconds(30)).until(() -> entries.get() > so + 5);
      }
      isOver.set(true);
      for (var worker : workers) {
        worker.get();
      }
      assertThat(unanswered.get()).as("calls that broke").isPositive();
      assertThat(engine.list("")).isEmpty();
      assertThat(RealPostgres.query(url, "SELECT count(*) FROM ballast_locks.leases"))
          .isEqualTo("0");
    }
  }

  /** Takes the one lock with a long lease, so that a second one inside is a fault and not a matter of time. */
  private static void enter(
      LockEngine engine, AtomicInteger inside, AtomicInteger entries, AtomicInteger unanswered) {
    var lease = LeaseId.of(1, RANDOM);
    try {
      var opened = engine.openAndClaim(lease, "o", LONG, List.of(Claim.exclusive("a")), false);
      if (opened.answers().getFirst() instanceof Answer.Granted) {
        assertThat(inside.incrementAndGet()).isEqualTo(1);
        entries.incrementAndGet();
        inside.decrementAndGet();
      }
    } catch (EngineUnavailable e) {
      unanswered.incrementAndGet();
    }
    boolean isClosed = false;
    while (!isClosed) {
      try {
        engine.close(lease);
        isClosed = true;
      } catch (EngineUnavailable e) {
        unanswered.incrementAndGet();
      }
    }
  }

  @Test
  void shouldListenAgainAfterItsConnectionWasLost() {
    long client = RANDOM.nextLong();
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    var all = new AtomicInteger();
    try (var engine = PostgresEngine.connect(url)) {
      engine.listen(
          String.format("%016x", client),
          leases -> {
            woken.addAll(leases);
            all.addAndGet(leases.isEmpty() ? 1 : 0);
          });
      assertThat(all).hasValue(1);
      for (int i = 2; i < 5; i++) {
        RealPostgres.query(
            RealPostgres.superuser(url),
            KILL_ALL + " AND application_name = 'ballast locks listener'");
        int expected = i;
        await().atMost(Duration.ofSeconds(20)).until(() -> all.get() >= expected);
        var lease = LeaseId.of(client, RANDOM);
        engine.wake(List.of(lease));
        await().atMost(Duration.ofSeconds(5)).until(() -> woken.contains(lease));
      }
    }
  }

  @Test
  void shouldGoOnWakingAfterANotificationOfSomebodyElse() {
    long client = RANDOM.nextLong();
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    var beginnings = new AtomicInteger();
    try (var engine = PostgresEngine.connect(url)) {
      engine.listen(
          String.format("%016x", client),
          leases -> {
            woken.addAll(leases);
            beginnings.addAndGet(leases.isEmpty() ? 1 : 0);
          });
      RealPostgres.query(
          url, "SELECT pg_notify('ballast_locks_%016x', 'no lease')".formatted(client));
      var lease = LeaseId.of(client, RANDOM);
      engine.wake(List.of(lease));
      await().atMost(Duration.ofSeconds(5)).until(() -> woken.contains(lease));
      assertThat(beginnings).as("it did not have to begin again").hasValue(1);
    }
  }

  @Test
  void shouldListenForAnotherClientAtOnce() {
    try (var engine = PostgresEngine.connect(url)) {
      engine.listen(String.format("%016x", 0), _ -> {});
      var times = new ArrayList<Duration>();
      for (int i = 1; i < 10; i++) {
        long start = System.nanoTime();
        engine.listen(String.format("%016x", i), _ -> {});
        times.add(Duration.ofNanos(System.nanoTime() - start));
      }
      assertThat(times.stream().sorted().toList().get(4))
          .as("the median")
          .isLessThan(Duration.ofMillis(50));
    }
  }

  @Test
  void shouldOutlastACrashOfTheServer() throws Exception {
    var lease = LeaseId.of(1, RANDOM);
    try (var engine = PostgresEngine.connect(url)) {
      long token =
          token(engine.openAndClaim(lease, "o", LONG, List.of(Claim.exclusive("a")), true));
      new ProcessBuilder("kill", "-KILL", Long.toString(POSTGRES.server().pid())).start().waitFor();
      assertThatThrownBy(
              () -> {
                while (engine.renew(lease)) {
                  assertThat(engine.list("a")).hasSize(1);
                }
              })
          .isInstanceOf(EngineUnavailable.class)
          .hasMessageContaining("PostgreSQL at 127.0.0.1")
          .hasMessageNotContaining("password=");
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreException(EngineUnavailable.class)
          .until(() -> engine.renew(lease));
      assertThat(claim(engine, lease, "a")).isEqualTo(new Answer.Granted(token));
      engine.close(lease);
      var next = LeaseId.of(1, RANDOM);
      assertThat(token(engine.openAndClaim(next, "o", LONG, List.of(Claim.exclusive("a")), true)))
          .isGreaterThan(token);
    }
  }

  private static long token(LockEngine.Opened opened) {
    return ((Answer.Granted) opened.answers().getFirst()).token();
  }

  @Test
  void shouldMakeItsSchemaOnceWhenManyStartAtOnce() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var starts = new ArrayList<Future<PostgresEngine>>();
      for (int i = 0; i < 8; i++) {
        starts.add(threads.submit(() -> PostgresEngine.connect(url, 1)));
      }
      for (var start : starts) {
        try (var engine = start.get()) {
          assertThat(engine.list("")).isEmpty();
        }
      }
    }
    assertThat(
            RealPostgres.query(
                url, "SELECT string_agg(version::text, ',') FROM ballast_locks.version"))
        .isEqualTo("2");
  }

  @Test
  void shouldSayWhatToRunWhereItMayNotMakeItsSchema() {
    String superuser = RealPostgres.superuser(url);
    String role = "odd \"" + RANDOM.nextInt(1_000_000);
    String quoted = PostgresTable.quoted(role);
    RealPostgres.execute(superuser, "CREATE ROLE " + quoted + " LOGIN PASSWORD 'secret'");
    var theirs =
        superuser.replace(
            "user=postgres",
            "user="
                + java.net.URLEncoder.encode(role, java.nio.charset.StandardCharsets.UTF_8)
                    .replace("+", "%20")
                + "&password=secret");
    String create = "CREATE SCHEMA ballast_locks AUTHORIZATION " + quoted;
    assertThatThrownBy(() -> PostgresEngine.connect(theirs))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageEndingWith("let an administrator run: " + create);
    RealPostgres.execute(superuser, "CREATE SCHEMA ballast_locks");
    String grant = "GRANT CREATE, USAGE ON SCHEMA ballast_locks TO " + quoted;
    assertThatThrownBy(() -> PostgresEngine.connect(theirs)).hasMessageEndingWith(grant);
    RealPostgres.execute(superuser, grant);
    try (var engine = PostgresEngine.connect(theirs)) {
      engine.open(LeaseId.of(1, RANDOM), "o", LONG);
      assertThat(engine.facts().warnings()).isEmpty();
    }
  }

  @Test
  void shouldSayWhyItCanNotStart() throws Exception {
    assertThatThrownBy(() -> PostgresEngine.connect(url.replaceFirst("password=.*", "password=x")))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("password authentication failed")
        .hasMessageContaining("give the right user and password");
    assertThatThrownBy(() -> PostgresEngine.connect(POSTGRES.urlOf("missing")))
        .hasMessageContaining("create the database");
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(
            () -> PostgresEngine.connect("postgres://u:secret@127.0.0.1:" + port + "/db"))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("refused")
        .hasMessageContaining("check that the server runs")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> PostgresEngine.connect("postgresql://nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
    String latin = "latin" + RANDOM.nextInt(1_000_000);
    RealPostgres.execute(
        RealPostgres.superuser(url),
        "CREATE DATABASE "
            + latin
            + " ENCODING LATIN1 LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0");
    assertThatThrownBy(() -> PostgresEngine.connect(POSTGRES.urlOf(latin)))
        .hasMessageContaining("ENCODING 'UTF8'");
    PostgresEngine.connect(url).close();
    RealPostgres.execute(url, "UPDATE ballast_locks.version SET version = 99");
    assertThatThrownBy(() -> PostgresEngine.connect(url))
        .hasMessageContaining("upgrade this program");
  }

  @Test
  void shouldClearAwayWhatRanOutThoughNobodyAsksForIt() {
    try (var engine = PostgresEngine.connect(url)) {
      for (int i = 0; i < 20; i++) {
        engine.openAndClaim(
            LeaseId.of(1, RANDOM),
            "o",
            LockEngine.MIN_TTL,
            List.of(Claim.exclusive("n" + i)),
            true);
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                var lease = LeaseId.of(1, RANDOM);
                engine.open(lease, "o", LONG);
                engine.close(lease);
                return RealPostgres.query(
                    url,
                    "SELECT (SELECT count(*) FROM ballast_locks.leases)"
                        + " + (SELECT count(*) FROM ballast_locks.claims)"
                        + " + (SELECT count(*) FROM ballast_locks.names)");
              },
              "0"::equals);
    }
  }
}
