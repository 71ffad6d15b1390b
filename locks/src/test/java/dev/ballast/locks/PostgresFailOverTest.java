package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is left of leases and tokens when a PostgreSQL dies and its standby takes over. */
class PostgresFailOverTest {
  @RegisterExtension static final RealPostgres POSTGRES = new RealPostgres();

  private static final Duration TTL = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Random RANDOM = new Random();

  @TempDir static Path shared;
  private static PostgresPair.Template template;

  private final List<AutoCloseable> closed = new ArrayList<>();

  @BeforeAll
  static void makeCluster() throws IOException {
    template = PostgresPair.Template.create(shared, POSTGRES);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (var each : closed.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T closing(T each) {
    closed.add(each);
    return each;
  }

  private PostgresPair pair(boolean isSynchronous) throws IOException {
    var directory = Files.createTempDirectory(shared, "pair");
    return closing(new PostgresPair(template, directory, isSynchronous));
  }

  private static Answer claim(LockEngine engine, LeaseId lease, String name) {
    return engine
        .openAndClaim(lease, "me", TTL, List.of(Claim.exclusive(name)), true)
        .answers()
        .getFirst();
  }

  private static long token(LockEngine engine, LeaseId lease, String name) {
    return ((Answer.Granted) claim(engine, lease, name)).token();
  }

  private static void awaitRenewed(LockEngine engine, LeaseId lease) {
    await()
        .atMost(PATIENCE)
        .ignoreException(EngineUnavailable.class)
        .until(() -> engine.renew(lease));
  }

  @Test
  void shouldLoseNothingThatWasAcknowledgedInAFailOverToASynchronousStandby() throws Exception {
    var pair = pair(true);
    var engine = closing(PostgresEngine.connect(pair.url()));
    assertThat(engine.facts().warnings()).isEmpty();
    var locks =
        closing(
            new Locks(
                PostgresEngine.connect(pair.url()),
                LocksSettings.of("holder", System::nanoTime, RANDOM)
                    .withTtl(Duration.ofSeconds(20))));
    var lease = locks.tryAcquire(Claim.exclusive("held")).orElseThrow();
    Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    var isOver = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var workers = new ArrayList<Future<?>>();
      for (int i = 0; i < 4; i++) {
        String own = "w" + i + "/";
        workers.add(threads.submit(() -> claimUntil(engine, own, isOver, acknowledged)));
      }
      await().atMost(PATIENCE).until(() -> acknowledged.size() > 100);
      pair.killPrimary();
      isOver.set(true);
      for (var worker : workers) {
        worker.get();
      }
    }
    pair.promoteStandby();

    awaitRenewed(engine, lease.id());
    var listed = new ConcurrentHashMap<String, Long>();
    engine.list("w").forEach(holding -> listed.put(holding.name(), holding.token()));
    assertThat(listed).containsAllEntriesOf(acknowledged);
    assertThat(lease.isStillMine()).isTrue();
    var rival = LeaseId.of(2, RANDOM);
    assertThat(claim(engine, rival, "held")).isInstanceOf(Answer.Waiting.class);
    lease.close();
    await().atMost(PATIENCE).until(() -> claim(engine, rival, "held") instanceof Answer.Granted);
    long newest = acknowledged.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(token(engine, LeaseId.of(3, RANDOM), "next"))
        .isGreaterThan(Math.max(newest, lease.token()));
  }

  /** Claims one name after the other, and notes what was granted. */
  private static void claimUntil(
      LockEngine engine, String prefix, AtomicBoolean isOver, Map<String, Long> acknowledged) {
    for (int i = 0; !isOver.get(); i++) {
      String name = prefix + i;
      try {
        acknowledged.put(name, token(engine, LeaseId.of(1, RANDOM), name));
      } catch (EngineUnavailable _) {
        return; // Killed: this one was not acknowledged.
      }
    }
  }

  @Test
  void shouldWarnOfAnAsynchronousStandbyBecauseItMayForgetLeasesAndRepeatTokens()
      throws IOException {
    var pair = pair(false);
    var engine = closing(PostgresEngine.connect(pair.url()));
    assertThat(engine.facts().warnings())
        .singleElement()
        .asString()
        .contains("none is synchronous")
        .contains("set synchronous_standby_names");
    pair.stopStandby();
    var lease = LeaseId.of(1, RANDOM);
    long newest = 0;
    for (int i = 0; i < 100; i++) {
      newest = token(engine, lease, "n" + i);
    }
    pair.killPrimary();
    pair.startStandby();
    pair.promoteStandby();

    await()
        .atMost(PATIENCE)
        .ignoreException(EngineUnavailable.class)
        .until(() -> !engine.renew(lease));
    var rival = LeaseId.of(2, RANDOM);
    assertThat(token(engine, rival, "n0")).isLessThanOrEqualTo(newest);
  }
}
