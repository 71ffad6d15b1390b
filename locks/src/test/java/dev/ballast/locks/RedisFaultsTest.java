package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a Redis that fails does to locks. */
class RedisFaultsTest {
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final Random RANDOM = new Random();

  private final List<AutoCloseable> closed = new ArrayList<>();
  private final LeaseId lease = LeaseId.of(1, RANDOM);

  @AfterEach
  void closeAll() throws Exception {
    for (var each : closed.reversed()) {
      each.close();
    }
  }

  private RedisServer server(String... options) {
    return closing(RedisServer.start(List.of(options)));
  }

  private RedisServer durable() {
    return closing(RedisServer.start(RedisServer.DURABLE));
  }

  private LockEngine connect(String url) {
    return closing(RedisEngine.connect(url));
  }

  private <T extends AutoCloseable> T closing(T each) {
    closed.add(each);
    return each;
  }

  private static Answer claim(LockEngine engine, LeaseId lease) {
    var claims = List.of(Claim.exclusive("a"));
    return engine.openAndClaim(lease, "me", TTL, claims, true).answers().getFirst();
  }

  private static long token(LockEngine engine, LeaseId lease) {
    return ((Answer.Granted) claim(engine, lease)).token();
  }

  @Test
  void shouldSayWhoIsNotThere() {
    int port = Ports.free();
    var engine = connect("redis://127.0.0.1:" + port);
    assertThatThrownBy(engine::facts)
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("127.0.0.1:" + port)
        .hasMessageContaining("can't be reached");
    assertThatThrownBy(() -> claim(engine, lease)).isInstanceOf(EngineUnavailable.class);
  }

  @Test
  void shouldLogInAndSayWhenItIsRefusedWithoutThePassword() {
    var server = server("--requirepass", "right:one");
    String address = "127.0.0.1:" + server.port();
    assertThat(token(connect("redis://:right%3Aone@" + address), lease)).isPositive();
    assertThat(connect("redis://default:right%3Aone@" + address + "/3").facts().toString())
        .contains("database 3")
        .doesNotContain("right");
    for (var login : List.of("", ":wrong-one@", "me:wrong-one@")) {
      assertThatThrownBy(() -> claim(connect("redis://" + login + address), lease))
          .isInstanceOf(EngineUnavailable.class)
          .hasMessageContaining("refuses the user or password")
          .hasMessageNotContaining("wrong-one");
    }
  }

  @Test
  void shouldKeepLeasesAndTokensThroughACrash() {
    var server = durable();
    var engine = connect(server.url());
    long last = token(engine, lease);
    for (int i = 0; i < 3; i++) {
      server.kill();
      assertThatThrownBy(() -> engine.renew(lease)).isInstanceOf(EngineUnavailable.class);
      server.start();
      assertThat(engine.renew(lease)).isTrue();
      assertThat(token(engine, lease)).isEqualTo(last);
    }
    engine.close(lease);
    server.kill();
    server.start();
    assertThat(token(engine, LeaseId.of(1, RANDOM))).isGreaterThan(last);
  }

  @Test
  void shouldForgetLeasesButRepeatNoTokenWhereNothingIsWritten() {
    var server = server();
    var engine = connect(server.url());
    long last = token(engine, lease);
    server.kill();
    server.start();
    assertThat(engine.renew(lease)).isFalse();
    assertThat(token(engine, LeaseId.of(1, RANDOM))).isGreaterThan(last);
  }

  @Test
  void shouldNotWaitLongForAServerThatHangs() {
    var server = server();
    var engine = connect(server.url() + "?timeout=300ms");
    long token = token(engine, lease);
    server.freeze();
    long start = System.nanoTime();
    assertThatThrownBy(() -> engine.renew(lease))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("300 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    server.thaw();
    assertThat(engine.renew(lease)).isTrue();
    assertThat(token(engine, lease)).isEqualTo(token);
  }

  @Test
  void shouldBringItsScriptAgainWhenItIsFlushed() {
    var server = server();
    var engine = connect(server.url());
    long token = token(engine, lease);
    server.cli("SCRIPT", "FLUSH");
    assertThat(token(engine, lease)).isEqualTo(token);
  }

  @Test
  void shouldWakeAgainAfterItsSubscriptionWasLost() {
    var server = durable();
    var engine = connect(server.url());
    var all = new AtomicInteger();
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    engine.listen(
        lease.client(),
        leases -> {
          woken.addAll(leases);
          if (leases.isEmpty()) {
            all.incrementAndGet();
          }
        });
    for (Runnable loss :
        List.<Runnable>of(
            () -> server.cli("CLIENT", "KILL", "TYPE", "pubsub"),
            () -> {
              server.kill();
              server.start();
            },
            () -> {
              server.freeze();
              await().atMost(Duration.ofSeconds(20)).until(() -> isDeaf(engine));
              server.thaw();
            })) {
      int before = all.get();
      loss.run();
      await().atMost(Duration.ofSeconds(20)).until(() -> all.get() > before);
      woken.clear();
      engine.wake(List.of(lease));
      await().atMost(Duration.ofSeconds(10)).until(() -> woken.contains(lease));
    }
  }

  /** Once a call has timed out twice, the subscription has been silent for longer than it may be. */
  private boolean isDeaf(LockEngine engine) {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> engine.renew(lease)).isInstanceOf(EngineUnavailable.class);
    }
    return true;
  }

  @Test
  void shouldSayWhatTheServerLacks() {
    var durable = durable();
    assertThat(connect(durable.url()).facts().warnings()).isEmpty();
    assertThat(connect(server().url()).facts().warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("appendonly");
    var careless = server("--appendonly", "yes", "--maxmemory-policy", "volatile-lru");
    assertThat(connect(careless.url()).facts().warnings())
        .hasSize(2)
        .anyMatch(warning -> warning.contains("appendfsync"))
        .anyMatch(warning -> warning.contains("noeviction"));
    server("--replicaof", "127.0.0.1 " + durable.port());
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(connect(durable.url()).facts().warnings())
                    .anyMatch(warning -> warning.contains("replicas")));
  }

  @Test
  void shouldRefuseAClusterAndAReplica() {
    var cluster = connect(server("--cluster-enabled", "yes").url());
    assertThatThrownBy(cluster::facts)
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("runs as a cluster");
    assertThatThrownBy(() -> claim(cluster, lease)).isInstanceOf(EngineUnavailable.class);
    var replica = connect(server("--replicaof", "127.0.0.1 " + server().port()).url());
    assertThatThrownBy(replica::facts)
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("replica");
  }

  @Test
  void shouldLeaveNothingOfNamesThatNobodyAsksForAnyMore() {
    var server = server();
    var engine = connect(server.url());
    var quick = Duration.ofMillis(100);
    for (int i = 0; i < 50; i++) {
      var claims = List.of(Claim.exclusive("old" + i));
      engine.openAndClaim(LeaseId.of(1, RANDOM), "me", quick, claims, true);
    }
    await()
        .until(
            () -> {
              for (int i = 0; i < 100; i++) {
                engine.openAndClaim(lease, "me", TTL, List.of(Claim.exclusive("new")), true);
                engine.release(lease, List.of("new"));
              }
              return server.cli("KEYS", "ballast:queue:old*").isBlank();
            });
    engine.close(lease);
    assertThat(server.cli("KEYS", "*").strip()).isEqualTo("ballast:token");
  }

  @Test
  void shouldKeepPrefixesAndDatabasesApart() {
    var server = server();
    assertThat(claim(connect(server.url()), lease)).isInstanceOf(Answer.Granted.class);
    assertThat(claim(connect(server.url() + "/1"), LeaseId.of(2, RANDOM)))
        .isInstanceOf(Answer.Granted.class);
    assertThat(claim(connect(server.url() + "?prefix=x:"), LeaseId.of(3, RANDOM)))
        .isInstanceOf(Answer.Granted.class);
    assertThat(claim(connect(server.url()), LeaseId.of(4, RANDOM)))
        .isInstanceOf(Answer.Waiting.class);
  }
}
