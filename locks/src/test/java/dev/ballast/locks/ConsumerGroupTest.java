package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsumerGroupTest {
  private static final Duration TTL = Duration.ofMillis(600);
  private static final Random RANDOM = new Random(1);

  private final MemoryEngine shared = new MemoryEngine(System::nanoTime);
  private final List<TestEngine> engines = new ArrayList<>();
  private final List<Locks> clients = new ArrayList<>();

  /** Who works on a partition, by the listeners' account; a violation if one begins while another still may. */
  private final Map<Integer, String> workers = new ConcurrentHashMap<>();

  private final Map<Integer, Ownership> ownerships = new ConcurrentHashMap<>();

  private final Map<Integer, Long> tokens = new ConcurrentHashMap<>();
  private final AtomicInteger violations = new AtomicInteger();

  /** When partitions were last without a worker, and the longest such gap. */
  private final Map<Integer, Long> gaps = new ConcurrentHashMap<>();

  private final AtomicLong longestGap = new AtomicLong();

  @AfterEach
  void closeAll() {
    engines.forEach(TestEngine::resume);
    clients.forEach(Locks::close);
  }

  private TestEngine engine() {
    var engine = new TestEngine(shared);
    engines.add(engine);
    return engine;
  }

  private Locks client(TestEngine engine, Duration ttl) {
    var settings = LocksSettings.of("test", System::nanoTime, RANDOM).withTtl(ttl);
    var locks = new Locks(engine, settings);
    clients.add(locks);
    return locks;
  }

  private class Worker implements PartitionListener {
    private final String name;

    Worker(String name) {
      this.name = name;
    }

    @Override
    public void assigned(Ownership ownership) {
      int index = ownership.partition().index();
      var gap = gaps.remove(index);
      if (gap != null) {
        longestGap.accumulateAndGet(System.nanoTime() - gap, Math::max);
      }
      var previous = ownerships.put(index, ownership);
      if (workers.put(index, name) != null && previous != null && previous.isStillMine()) {
        violations.incrementAndGet();
      }
      tokens.merge(
          index,
          ownership.token(),
          (old, fresh) -> {
            if (fresh <= old) {
              violations.incrementAndGet();
            }
            return fresh;
          });
    }

    @Override
    public void revoked(Ownership ownership) {
      stop(ownership);
    }

    @Override
    public void lost(Ownership ownership) {
      stop(ownership);
    }

    private void stop(Ownership ownership) {
      gaps.put(ownership.partition().index(), System.nanoTime());
      workers.remove(ownership.partition().index(), name);
    }
  }

  private ConsumerGroup join(String member, int partitions) {
    return join(member, partitions, TTL);
  }

  private ConsumerGroup join(String member, int partitions, Duration ttl) {
    return client(engine(), ttl)
        .join(GroupSettings.of("g", member, partitions), new Worker(member));
  }

  private void awaitOwned(int partitions, ConsumerGroup... groups) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              int owned = 0;
              for (var group : groups) {
                owned += group.owned().size();
                assertThat(group.counters().waiting()).isZero();
              }
              assertThat(owned).isEqualTo(partitions);
              assertThat(workers).hasSize(partitions);
            });
  }

  @Test
  void shouldShareOutAllPartitionsAndMoveOnlyWhatTheNewcomerGets() {
    var a = join("a", 60);
    awaitOwned(60, a);
    var b = join("b", 60);
    awaitOwned(60, a, b);
    var before = Map.copyOf(workers);
    var c = join("c", 60);
    awaitOwned(60, a, b, c);
    assertThat(c.owned()).hasSizeBetween(10, 30);
    assertThat(workers)
        .allSatisfy(
            (partition, owner) -> {
              if (!owner.equals("c")) {
                assertThat(owner).isEqualTo(before.get(partition));
              }
            });
    assertThat(violations).hasValue(0);
  }

  @Test
  void shouldGiveTheRankingThatTakesOver() {
    var a = join("a", 4);
    var b = join("b", 4);
    awaitOwned(4, a, b);
    var partition = new Partition(0, "0");
    await().until(() -> a.ranking(partition, 3).size() == 2);
    assertThat(a.ranking(partition, 3)).isEqualTo(b.ranking(partition, 3));
    assertThat(a.ranking(partition, 1)).containsExactly(workers.get(0));
  }

  @Test
  void shouldLeaveNoPartitionWithoutAnOwnerForMoreThanAHundredMillisWhenOneLeaves() {
    var a = join("a", 40);
    var c = join("c", 40);
    long best = Long.MAX_VALUE;
    // A machine that is busy with something else may be late once, not every time.
    for (int i = 0; i < 3 && best >= Duration.ofMillis(100).toNanos(); i++) {
      var b = join("b", 40);
      awaitOwned(40, a, b, c);
      longestGap.set(0);
      assertThat(b.owned()).isNotEmpty();
      b.close();
      awaitOwned(40, a, c);
      best = Math.min(best, longestGap.get());
      assertThat(b.counters().lost()).isZero();
    }
    assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(100));
    assertThat(violations).hasValue(0);
  }

  @Test
  void shouldTakeOverFromADeadMemberAfterItsTimeToLive() {
    var ttl = Duration.ofSeconds(2);
    var a = client(engine(), ttl).join(GroupSettings.of("g", "a", 40), new Worker("a"));
    var dying = engine();
    var b = client(dying, ttl).join(GroupSettings.of("g", "b", 40), new Worker("b"));
    awaitOwned(40, a, b);
    longestGap.set(0);
    int moving = b.owned().size();
    long death = System.nanoTime();
    dying.down(true);
    awaitOwned(40, a);
    assertThat(moving).isPositive();
    assertThat(Duration.ofNanos(System.nanoTime() - death)).isLessThan(ttl.multipliedBy(2));
    assertThat(b.counters().lost()).isEqualTo(moving);
    assertThat(violations).hasValue(0);
    dying.down(false);
    await().atMost(Duration.ofSeconds(10)).until(() -> b.counters().joins() == 2);
    awaitOwned(40, a, b);
    assertThat(violations).hasValue(0);
  }

  @Test
  void shouldLoseEverythingAtTheDeadlineThoughACallHangs() {
    var hanging = engine();
    var a = client(hanging, TTL).join(GroupSettings.of("g", "a", 8), new Worker("a"));
    awaitOwned(8, a);
    hanging.hang();
    await().atMost(TTL.plusSeconds(1)).until(() -> workers.isEmpty());
    assertThat(a.owned()).isEmpty();
    hanging.resume();
    awaitOwned(8, a);
    assertThat(violations).hasValue(0);
  }

  @Test
  void shouldRefuseANameThatIsTakenAndOtherPartitions() {
    var a = join("a", 4);
    assertThatThrownBy(() -> join("a", 4))
        .isInstanceOf(NotJoined.class)
        .hasMessageContaining("has a member 'a' already: test, whose lease");
    assertThatThrownBy(() -> join("b", 5))
        .isInstanceOf(NotJoined.class)
        .hasMessageContaining("shares out 4:");
    awaitOwned(4, a);
    assertThat(shared.list("$group/g/members/")).hasSize(1);
  }

  @Test
  void shouldHoldNothingWhereTheEngineIsDownAtTheStart() {
    var engine = engine();
    engine.down(true);
    assertThatThrownBy(
            () -> client(engine, TTL).join(GroupSettings.of("g", "a", 4), new Worker("a")))
        .isInstanceOf(EngineUnavailable.class);
    assertThat(shared.list("")).isEmpty();
  }

  @Test
  void shouldSayThatTheEngineIsUnavailableWhereItAnswersLaterThanTheLeaseLives() {
    var engine = engine();
    engine.delay(TTL.multipliedBy(2));
    var client = client(engine, TTL);
    var settings = GroupSettings.of("g", "a", 4);
    assertThatThrownBy(() -> client.join(settings, new Worker("a")))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("ask for a longer one");
    engine.delay(Duration.ZERO);
    awaitOwned(4, client.join(settings, new Worker("a")));
  }

  @Test
  void shouldNotLetAListenerThatHangsOrThrowsStallOtherPartitions() {
    var hang = new CountDownLatch(1);
    var settings = GroupSettings.of("g", "a", 20).withHandOver(Duration.ofMillis(200));
    var a =
        client(engine(), TTL)
            .join(
                settings,
                new Worker("a") {
                  @Override
                  public void revoked(Ownership ownership) {
                    if (ownership.partition().index() % 2 == 0) {
                      super.revoked(ownership);
                      throw new IllegalStateException("from the test");
                    }
                    try {
                      hang.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }
                });
    awaitOwned(20, a);
    var b = join("b", 20);
    awaitOwned(20, a, b);
    var counters = a.counters();
    hang.countDown();
    assertThat(counters.lost() + counters.revoked()).isEqualTo(b.owned().size());
    assertThat(counters.lost()).isPositive();
    assertThat(counters.listenerFailures()).isEqualTo(counters.revoked()).isPositive();
    assertThat(violations).hasValue(0);
  }

  @Test
  void shouldMoveSharesWithWeights() {
    var a = join("a", 200);
    var b = join("b", 200);
    awaitOwned(200, a, b);
    b.weight(9);
    await().until(() -> b.owned().size() > 150);
    awaitOwned(200, a, b);
    assertThat(violations).hasValue(0);
  }

  @Test
  void shouldShareOutAThousandPartitionsOverTenMembers() {
    var ttl = Duration.ofSeconds(3);
    var groups = new ConsumerGroup[10];
    for (int i = 0; i < 10; i++) {
      groups[i] = join("m" + i, 1000, ttl);
    }
    awaitOwned(1000, groups);
    for (var group : groups) {
      assertThat(group.owned()).hasSizeBetween(60, 150);
    }
    engines.get(3).down(true);
    groups[3] = join("m10", 1000, ttl);
    awaitOwned(1000, groups);
    assertThat(violations).hasValue(0);
    int calls = engines.stream().mapToInt(engine -> engine.calls.get()).sum();
    assertThat(calls).isLessThan(3000);
  }

  @Test
  void shouldJoinAgainAfterItsMemberWasBroken() {
    var a = join("a", 8);
    awaitOwned(8, a);
    shared.breakLock("$group/g/members/a");
    await().until(() -> a.counters().joins() == 2);
    awaitOwned(8, a);
    assertThat(a.counters().lost()).isEqualTo(8);
  }
}
