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
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every engine must do that has exclusive and shared locks, fair or not. Engines with queues do what {@link
 * EngineContract} says, which is more.
 */
abstract class LeaseContract {
  static final Random RANDOM = new Random();

  /** Names that no other test uses: engines keep their state from test to test. */
  final String prefix = "test-" + Long.toHexString(RANDOM.nextLong()) + "/";

  private final List<LockEngine> engines = new ArrayList<>();
  LockEngine engine;
  final long client = RANDOM.nextLong();

  /** A connection to the engine; every call makes another one, to the same state. */
  abstract LockEngine connect();

  /** Whether those who wait stand in one queue, and not in one at each of several nodes. */
  boolean isFair() {
    return true;
  }

  /** The shortest time to live that the engine really keeps. */
  Duration shortTtl() {
    return Duration.ofMillis(300);
  }

  /** One that does not run out during a test. */
  Duration longTtl() {
    return Duration.ofMinutes(10);
  }

  @BeforeEach
  void connectFirst() {
    engine = newEngine();
  }

  @AfterEach
  void closeEngines() {
    engines.forEach(LockEngine::close);
  }

  LockEngine newEngine() {
    var connected = connect();
    engines.add(connected);
    return connected;
  }

  String name(String name) {
    return prefix + name;
  }

  LeaseId open(Duration ttl) {
    var lease = LeaseId.of(client, RANDOM);
    engine.open(lease, "owner", ttl);
    return lease;
  }

  Answer claim(LeaseId lease, String name, Mode mode) {
    return engine.claim(lease, List.of(new Claim(name(name), mode)), true).getFirst();
  }

  Answer claim(LeaseId lease, String name) {
    return claim(lease, name, Mode.exclusive());
  }

  long granted(LeaseId lease, String name, Mode mode) {
    var answer = claim(lease, name, mode);
    assertThat(answer).isInstanceOf(Answer.Granted.class);
    return ((Answer.Granted) answer).token();
  }

  long granted(LeaseId lease, String name) {
    return granted(lease, name, Mode.exclusive());
  }

  void assertWaits(LeaseId lease, String name, Mode mode, int ahead) {
    assertThat(claim(lease, name, mode))
        .isInstanceOfSatisfying(
            Answer.Waiting.class, waiting -> assertThat(waiting.ahead()).isEqualTo(ahead));
  }

  @Test
  void shouldGrantAFreeNameAndNoneThatIsHeld() {
    var first = open(longTtl());
    var second = open(longTtl());
    long token = granted(first, "a");
    assertThat(token).isPositive();
    assertThat(claim(second, "a")).isInstanceOf(Answer.Waiting.class);
    engine.release(first, List.of(name("a")));
    assertThat(granted(second, "a")).isGreaterThan(token);
  }

  @Test
  void shouldAnswerTheHolderTheSameAgain() {
    var lease = open(longTtl());
    long token = granted(lease, "a");
    assertThat(granted(lease, "a")).isEqualTo(token);
    assertThat(granted(lease, "a", Mode.shared())).isEqualTo(token);
    assertThat(engine.list(name("a"))).extracting(Holding::mode).containsExactly(Mode.exclusive());
  }

  @Test
  void shouldShareAmongReadersAlone() {
    var first = open(longTtl());
    var second = open(longTtl());
    var writer = open(longTtl());
    granted(first, "a", Mode.shared());
    granted(second, "a", Mode.shared());
    assertThat(engine.list(name("a"))).extracting(Holding::mode).containsOnly(Mode.shared());
    assertThat(claim(writer, "a")).isInstanceOf(Answer.Waiting.class);
    engine.close(first);
    assertThat(claim(writer, "a")).isInstanceOf(Answer.Waiting.class);
    engine.close(second);
    granted(writer, "a");
    assertThat(claim(open(longTtl()), "a", Mode.shared())).isInstanceOf(Answer.Waiting.class);
  }

  @Test
  void shouldListWhatIsHeld() {
    var holder = open(longTtl());
    engine.claim(holder, List.of(new Claim(name("b"), Mode.shared(), "weight=3")), true);
    granted(holder, "a");
    assertThat(engine.list(prefix))
        .extracting(Holding::name, Holding::isHeld, Holding::mode, Holding::note, Holding::lease)
        .containsExactly(
            Tuple.tuple(name("a"), true, Mode.exclusive(), "", holder),
            Tuple.tuple(name("b"), true, Mode.shared(), "weight=3", holder));
    assertThat(engine.list(prefix))
        .allSatisfy(
            holding -> {
              assertThat(holding.owner()).isEqualTo("owner");
              assertThat(holding.ttl()).isGreaterThanOrEqualTo(longTtl());
              assertThat(holding.remaining())
                  .isBetween(longTtl().dividedBy(2), longTtl().plusSeconds(2));
            });
    engine.claim(holder, List.of(new Claim(name("b"), Mode.shared(), "weight=4")), true);
    assertThat(engine.list(name("b")).getFirst().note()).isEqualTo("weight=4");
  }

  @Test
  void shouldLeaveNothingOfAClaimThatDoesNotWait() {
    var first = open(longTtl());
    long token = granted(first, "a");
    var second = open(longTtl());
    var answers = engine.claim(second, List.of(Claim.exclusive(name("a"))), false);
    assertThat(answers.getFirst()).isInstanceOf(Answer.Waiting.class);
    assertThat(engine.list(name("a"))).hasSize(1);
    engine.release(first, List.of(name("a")));
    assertThat(granted(open(longTtl()), "a")).isGreaterThan(token);
  }

  @Test
  void shouldClaimManyNamesAtOnceEachForItself() {
    granted(open(longTtl()), "b");
    var lease = open(longTtl());
    var claims =
        List.of(Claim.exclusive(name("c")), Claim.exclusive(name("b")), Claim.exclusive(name("a")));
    var answers = engine.claim(lease, claims, true);
    assertThat(answers.get(0)).isInstanceOf(Answer.Granted.class);
    assertThat(answers.get(1)).isInstanceOf(Answer.Waiting.class);
    assertThat(answers.get(2)).isInstanceOf(Answer.Granted.class);
    engine.release(lease, List.of(name("a"), name("b"), name("unknown")));
    assertThat(engine.list(prefix)).extracting(Holding::name).containsExactly(name("b"), name("c"));
  }

  @Test
  void shouldOpenAndClaimInOne() {
    var lease = LeaseId.of(client, RANDOM);
    var opened =
        engine.openAndClaim(lease, "me", longTtl(), List.of(Claim.exclusive(name("a"))), false);
    assertThat(opened.ttl()).isGreaterThanOrEqualTo(longTtl());
    assertThat(opened.answers().getFirst()).isInstanceOf(Answer.Granted.class);
    var again =
        engine.openAndClaim(lease, "me", longTtl(), List.of(Claim.exclusive(name("a"))), false);
    assertThat(again.answers()).isEqualTo(opened.answers());
    assertThat(engine.renew(lease)).isTrue();
  }

  @Test
  void shouldForgetALeaseThatIsNotRenewed() {
    var lease = open(shortTtl());
    long token = granted(lease, "a");
    var waiter = open(longTtl());
    assertWaits(waiter, "a", Mode.exclusive(), 1);
    var next =
        await()
            .atMost(Duration.ofSeconds(10))
            .until(() -> claim(waiter, "a"), Answer.Granted.class::isInstance);
    assertThat(((Answer.Granted) next).token()).isGreaterThan(token);
    assertThat(engine.renew(lease)).isFalse();
    assertThatThrownBy(() -> claim(lease, "a")).isInstanceOf(LeaseLost.class);
    engine.release(lease, List.of(name("a")));
    engine.close(lease);
    granted(waiter, "a");
  }

  @Test
  void shouldKeepALeaseThatIsRenewed() {
    var lease = open(shortTtl());
    granted(lease, "a");
    var waiter = open(longTtl());
    long end = System.nanoTime() + shortTtl().multipliedBy(3).toNanos();
    while (System.nanoTime() - end < 0) {
      assertThat(engine.renew(lease)).isTrue();
      assertThat(claim(waiter, "a")).isInstanceOf(Answer.Waiting.class);
    }
  }

  @Test
  void shouldKnowNoLeaseThatWasNeverOpenedOrIsClosed() {
    var never = LeaseId.of(client, RANDOM);
    assertThat(engine.renew(never)).isFalse();
    engine.close(never);
    engine.release(never, List.of(name("a")));
    assertThatThrownBy(() -> claim(never, "a")).isInstanceOf(LeaseLost.class);
    var closed = open(longTtl());
    granted(closed, "a");
    engine.close(closed);
    assertThat(engine.renew(closed)).isFalse();
    assertThatThrownBy(() -> claim(closed, "a")).isInstanceOf(LeaseLost.class);
    assertThat(engine.list(prefix)).isEmpty();
  }

  @Test
  void shouldBreakALockWithAllThatItsLeasesHold() {
    var holder = open(longTtl());
    granted(holder, "a");
    granted(holder, "b");
    var waiter = open(longTtl());
    assertWaits(waiter, "a", Mode.exclusive(), 1);
    assertThat(engine.breakLock(name("a"))).extracting(Holding::lease).containsExactly(holder);
    assertThat(engine.renew(holder)).isFalse();
    assertThat(engine.list(name("b"))).isEmpty();
    granted(waiter, "a");
    assertThat(engine.breakLock(name("nobody's"))).isEmpty();
  }

  @Test
  void shouldTakeNamesAsTheyAre() {
    var names =
        List.of(
            "a b",
            "ä/ö",
            "%",
            "_",
            "\\",
            "'; --",
            "\"",
            "{x}",
            "*",
            "?",
            "[a]",
            "日本語",
            "𝒜",
            "a:b",
            "A",
            "a\u00a0",
            "é",
            "e\u0301",
            ".",
            "..",
            "x".repeat(200));
    var lease = open(longTtl());
    for (String odd : names) {
      granted(lease, odd);
    }
    assertThat(engine.list(prefix)).hasSize(names.size());
    for (String odd : names) {
      assertThat(engine.list(name(odd)))
          .as(odd)
          .anySatisfy(holding -> assertThat(holding.name()).isEqualTo(name(odd)));
      assertThat(claim(open(longTtl()), odd)).isInstanceOf(Answer.Waiting.class);
    }
    assertThat(engine.list(name("%"))).allMatch(holding -> holding.name().equals(name("%")));
    engine.close(lease);
  }

  @Test
  void shouldRefuseATimeToLiveOutOfRange() {
    var lease = LeaseId.of(client, RANDOM);
    for (var ttl : List.of(Duration.ofMillis(99), Duration.ZERO, Duration.ofDays(2))) {
      assertThatThrownBy(() -> engine.open(lease, "me", ttl))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("100ms to 1d");
    }
  }

  @Test
  void shouldWakeTheOneWhoIsLetIn() {
    var other = newEngine();
    long waitersClient = RANDOM.nextLong();
    Set<LeaseId> woken = ConcurrentHashMap.newKeySet();
    other.listen(String.format("%016x", waitersClient), woken::addAll);
    var holder = open(longTtl());
    granted(holder, "a");
    var first = LeaseId.of(waitersClient, RANDOM);
    var second = LeaseId.of(waitersClient, RANDOM);
    for (var waiter : List.of(first, second)) {
      other.openAndClaim(waiter, "w", longTtl(), List.of(Claim.exclusive(name("a"))), true);
    }
    engine.release(holder, List.of(name("a")));
    await().atMost(Duration.ofSeconds(5)).until(() -> woken.contains(first));
    if (isFair()) {
      assertThat(woken).doesNotContain(second);
    }
    engine.wake(List.of(second));
    await().atMost(Duration.ofSeconds(5)).until(() -> woken.contains(second));
    woken.clear();
    other.claim(first, List.of(Claim.exclusive(name("a"))), true);
    engine.breakLock(name("a"));
    await().atMost(Duration.ofSeconds(5)).until(() -> woken.containsAll(List.of(first, second)));
  }
}
