package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many threads over two engines, short leases, and a history that a trigger in the database itself writes. */
class PostgresRaceTest {
  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();
  private static final Duration TTL = Duration.ofMillis(300);
  private static final int NAMES = 20;
  private static final int THREADS = 16;

  private String url;

  @BeforeEach
  void createDatabase() {
    url = POSTGRES.newDatabase();
  }

  /** What a thread was told: a token of a name, between two readings of this machine's clock, and until when it could rely on it. */
  private record Grant(String name, long token, long sentAt, long heardAt, long until) {}

  @Test
  void shouldNeverLetTwoExclusiveHoldersOverlap() throws Exception {
    Queue<Grant> grants = new ConcurrentLinkedQueue<>();
    try (var first = PostgresEngine.connect(url);
        var second = PostgresEngine.connect(url);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long end = System.nanoTime() + Duration.ofSeconds(6).toNanos();
      var workers = new ArrayList<Future<?>>();
      for (int i = 0; i < THREADS; i++) {
        var engine = i % 2 == 0 ? first : second;
        var random = new Random(i);
        workers.add(
            threads.submit(
                () -> {
                  while (System.nanoTime() - end < 0) {
                    hold(engine, random, grants);
                  }
                }));
      }
      for (var worker : workers) {
        worker.get();
      }
    }
    assertThat(grants).hasSizeGreaterThan(200);
    Map<String, List<Grant>> byName = new HashMap<>();
    grants.forEach(
        grant -> byName.computeIfAbsent(grant.name(), _ -> new ArrayList<>()).add(grant));
    assertThat(byName).hasSize(NAMES);
    byName.values().forEach(PostgresRaceTest::assertOneAfterTheOther);
  }

  /**
   * Takes a name, keeps it for a while by renewing, and closes the lease, or lets it run out, sometimes with a renewal just then.
   */
  private static void hold(LockEngine engine, Random random, Queue<Grant> grants) {
    var lease = LeaseId.of(7, random);
    String name = "n" + random.nextInt(NAMES);
    long sentAt = System.nanoTime();
    var opened = engine.openAndClaim(lease, "o", TTL, List.of(Claim.exclusive(name)), false);
    long heardAt = System.nanoTime();
    if (!(opened.answers().getFirst() instanceof Answer.Granted(long token))) {
      engine.close(lease);
      return;
    }
    long until = sentAt + TTL.toNanos();
    for (int i = random.nextInt(3); i > 0; i--) {
      idle(TTL.toMillis() * (random.nextInt(3) == 0 ? 1000 : 300 + random.nextInt(300)) / 1000);
      long renewedAt = System.nanoTime();
      if (!engine.renew(lease)) {
        grants.add(new Grant(name, token, sentAt, heardAt, Math.min(until, renewedAt)));
        return;
      }
      until = renewedAt + TTL.toNanos();
    }
    if (random.nextInt(3) > 0) {
      until = Math.min(until, System.nanoTime());
      engine.close(lease);
    }
    grants.add(new Grant(name, token, sentAt, heardAt, until));
  }

  private static void idle(long millis) {
    try {
      new Signal().await(Duration.ofMillis(millis).toNanos());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Each was heard of after all before it could no longer be relied on, and in the order of the tokens. */
  private static void assertOneAfterTheOther(List<Grant> grants) {
    grants.sort((a, b) -> Long.compare(a.token(), b.token()));
    for (int i = 1; i < grants.size(); i++) {
      var before = grants.get(i - 1);
      var grant = grants.get(i);
      assertThat(grant.token()).isGreaterThan(before.token());
      assertThat(grant.heardAt() - before.until())
          .as("%s before %s", before, grant)
          .isNotNegative();
    }
  }

  @Test
  void shouldEitherRenewOrLetInTheNextAtTheMomentOfRunningOut() throws Exception {
    try (var holder = PostgresEngine.connect(url);
        var rival = PostgresEngine.connect(url);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var random = new Random(1);
      var ttl = LockEngine.MIN_TTL;
      int renewed = 0;
      for (int i = 0; i < 60; i++) {
        String name = "r" + i;
        var lease = LeaseId.of(1, random);
        var next = LeaseId.of(2, random);
        rival.open(next, "rival", Duration.ofMinutes(1));
        long sentAt = System.nanoTime();
        holder.openAndClaim(lease, "holder", ttl, List.of(Claim.exclusive(name)), true);
        long moment = sentAt + ttl.toNanos() + random.nextLong(-3_000_000, 5_000_000);
        var renewal =
            threads.submit(
                () -> {
                  idleUntil(moment);
                  return holder.renew(lease);
                });
        idleUntil(moment);
        boolean isIn =
            rival.claim(next, List.of(Claim.exclusive(name)), true).getFirst()
                instanceof Answer.Granted;
        assertThat(isIn && renewal.get()).as("both have " + name).isFalse();
        renewed += renewal.get() ? 1 : 0;
        assertThat(holder.renew(lease)).isEqualTo(renewal.get() && !isIn);
        rival.close(next);
        holder.close(lease);
      }
      assertThat(renewed).as("renewals that came in time").isBetween(1, 59);
    }
  }

  private static void idleUntil(long moment) {
    while (System.nanoTime() - moment < 0) {
      Thread.onSpinWait();
    }
  }

  /** A renewal whose commit takes longer than the lease lived: the row is held, so nobody may find that it ran out. */
  @Test
  void shouldKeepALeaseWhoseRenewalIsStillCommitting() throws Exception {
    try (var engine = PostgresEngine.connect(url);
        var session = RealPostgres.connect(url)) {
      var random = new Random();
      var lease = LeaseId.of(1, random);
      engine.openAndClaim(lease, "o", TTL, List.of(Claim.exclusive("slow")), true);
      session.setAutoCommit(false);
      try (var statement = session.createStatement();
          var rows = statement.executeQuery("SELECT ballast_locks.renew('" + lease + "')")) {
        rows.next();
        assertThat(rows.getBoolean(1)).isTrue();
      }
      var rival = LeaseId.of(2, random);
      engine.open(rival, "rival", Duration.ofMinutes(1));
      long end = System.nanoTime() + TTL.multipliedBy(3).toNanos();
      while (System.nanoTime() - end < 0) {
        assertThat(engine.claim(rival, List.of(Claim.exclusive("slow")), true).getFirst())
            .isInstanceOf(Answer.Waiting.class);
      }
      session.commit();
      long next = System.nanoTime() + TTL.toNanos();
      Answer answer;
      do {
        answer = engine.claim(rival, List.of(Claim.exclusive("slow")), true).getFirst();
      } while (answer instanceof Answer.Waiting && System.nanoTime() - next < 0);
      assertThat(answer).isInstanceOf(Answer.Granted.class);
      assertThat(engine.renew(lease)).isFalse();
    }
  }
}
