package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a cluster of etcd keeps when its leader dies. */
class EtcdFailOverTest {
  private static final Duration TTL = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Random RANDOM = new Random();

  private List<EtcdServer> servers;
  private final List<AutoCloseable> closed = new ArrayList<>();

  @BeforeEach
  void startCluster() {
    servers = EtcdServer.cluster(3);
    closed.addAll(servers);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (var each : closed.reversed()) {
      each.close();
    }
  }

  private LockEngine connect() {
    var engine = EtcdEngine.connect(EtcdServer.url(servers) + "?timeout=500ms");
    closed.add(engine);
    return engine;
  }

  private void killLeader() {
    var leader = servers.stream().filter(EtcdServer::isLeader).findFirst().orElseThrow();
    leader.kill();
  }

  private static Lease acquire(Locks locks) {
    try {
      return locks.acquire(Claim.exclusive("a"), PATIENCE);
    } catch (NotAcquired | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldKeepLeasesAndTheirOrderThroughTheLossOfTheLeader() {
    var settings = LocksSettings.of("me", System::nanoTime, RANDOM).withTtl(TTL);
    var mine = new Locks(connect(), settings);
    var others = new Locks(connect(), settings);
    closed.addAll(List.of(mine, others));
    var lease = acquire(mine);
    var next = CompletableFuture.supplyAsync(() -> acquire(others));
    var engine = connect();
    await().until(() -> engine.list("a").size() == 2);

    killLeader();

    // Longer than a lease lives that is not renewed.
    await()
        .during(TTL.plusSeconds(1))
        .atMost(PATIENCE)
        .until(() -> lease.isStillMine() && !next.isDone());
    lease.close();
    assertThat(next.join().token()).isGreaterThan(lease.token());
  }

  @Test
  void shouldFreeALockWhoseHolderDiedAfterAtMostTwiceItsTimeAndAnElection() {
    var engine = connect();
    var dead = LeaseId.of(1, RANDOM);
    var claims = List.of(Claim.exclusive("a"));
    var granted = engine.openAndClaim(dead, "dead", TTL, claims, true).answers().getFirst();
    long from = System.nanoTime();

    killLeader();

    var next = LeaseId.of(2, RANDOM);
    await()
        .atMost(PATIENCE)
        .ignoreException(EngineUnavailable.class)
        .until(
            () ->
                engine
                            .openAndClaim(next, "next", Duration.ofMinutes(1), claims, true)
                            .answers()
                            .getFirst()
                        instanceof Answer.Granted(long token)
                    && token > ((Answer.Granted) granted).token());
    assertThat(Duration.ofNanos(System.nanoTime() - from))
        .isBetween(TTL, TTL.multipliedBy(2).plusSeconds(5));
  }
}
