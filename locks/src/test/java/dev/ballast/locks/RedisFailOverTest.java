package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left of leases and tokens when a Redis dies and its replica takes over, with and without the last writes. */
class RedisFailOverTest {
  private static final Duration TTL = Duration.ofSeconds(4);
  private static final Random RANDOM = new Random();

  private final List<AutoCloseable> closed = new ArrayList<>();
  private RedisServer primary;
  private RedisServer replica;
  private Locks before;

  @BeforeEach
  void startBoth() {
    primary = closing(RedisServer.start(RedisServer.DURABLE));
    replica = closing(RedisServer.start(RedisServer.DURABLE));
    replica.cli("REPLICAOF", "127.0.0.1", "" + primary.port());
    await().until(() -> replica.cli("INFO", "replication").contains("master_link_status:up"));
    before = locks(primary);
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

  private Locks locks(RedisServer server) {
    var settings = LocksSettings.of("me", System::nanoTime, RANDOM).withTtl(TTL);
    return closing(new Locks(RedisEngine.connect(server.url()), settings));
  }

  private Lease take(Locks locks) {
    return locks.tryAcquire(Claim.exclusive("a")).orElseThrow();
  }

  private void failOver() {
    primary.kill();
    replica.cli("REPLICAOF", "NO", "ONE");
  }

  @Test
  void shouldLetASecondHolderInWithAHigherTokenWhereTheLastWritesWereNotReplicated() {
    // The replica hears nothing of the lock.
    replica.cli("REPLICAOF", "NO", "ONE");
    var first = take(before);
    var resource = new FencedResource();
    resource.check(first.token());
    failOver();

    var second = take(locks(replica));

    assertThat(first.isStillMine() && second.isStillMine()).as("both hold the lock").isTrue();
    assertThat(second.token()).isGreaterThan(first.token());
    resource.check(second.token());
    assertThatThrownBy(() -> resource.check(first.token())).isInstanceOf(StaleToken.class);
    await().atMost(TTL.multipliedBy(3)).until(() -> !first.isStillMine());
    assertThat(second.isStillMine()).isTrue();
  }

  @Test
  void shouldKeepWhatWasReplicated() {
    var first = take(before);
    await().until(() -> replica.cli("EXISTS", "ballast:lease:" + first.id()).strip().equals("1"));
    failOver();

    var after = locks(replica);
    assertThat(after.tryAcquire(Claim.exclusive("a"))).isEmpty();
    assertThat(after.engine().renew(first.id())).isTrue();
    after.engine().close(first.id());
    assertThat(take(after).token()).isGreaterThan(first.token());
  }
}
