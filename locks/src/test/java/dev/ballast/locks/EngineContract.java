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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine must do, whatever keeps its leases. An engine's test extends this, and adds what is its own. */
abstract class EngineContract {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Random RANDOM = new Random();

  /** Names that no other test uses: engines keep their state from test to test. */
  private final String prefix = "test-" + Long.toHexString(RANDOM.nextLong()) + "/";

  private final List<LockEngine> engines = new ArrayList<>();
  private LockEngine engine;
  private final long client = RANDOM.nextLong();

  /** A connection to the engine; every call makes another one, to the same state. */
  abstract LockEngine connect();

  /** The shortest time to live that the engine really keeps. */
  Duration shortTtl() {
    return Duration.ofMillis(300);
  }

  @BeforeEach
  void connectFirst() {
    engine = newEngine();
  }

  @AfterEach
  void closeEngines() {
    engines.forEach(LockEngine::close);
  }

  private LockEngine newEngine() {
    var connected = connect();
    engines.add(connected);
    return connected;
  }

  private String name(String name) {
    return prefix + name;
  }

  private LeaseId open(Duration ttl) {
    var lease = LeaseId.of(client, RANDOM);
    engine.open(lease, "owner", ttl);
    return lease;
  }

  private Answer claim(LeaseId lease, String name, Mode mode) {
    return engine.claim(lease, List.of(new Claim(name(name), mode)), true).getFirst();
  }

  private Answer claim(LeaseId lease, String name) {
    return claim(lease, name, Mode.exclusive());
  }

  private long granted(LeaseId lease, String name, Mode mode) {
    var answer = claim(lease, name, mode);
    assertThat(answer).isInstanceOf(Answer.Granted.class);
    return ((Answer.Granted) answer).token();
  }

  private long granted(LeaseId lease, String name) {
    return granted(lease, name, Mode.exclusive());
  }

  private void assertWaits(LeaseId lease, String name, Mode mode, int ahead) {
    assertThat(claim(lease, name, mode))
        .isInstanceOfSatisfying(
            Answer.Waiting.class, waiting -> assertThat(waiting.ahead()).isEqualTo(ahead));
  }

  @Test
  void shouldGrantAFreeNameAndLetOthersWait() {
    var first = open(LONG);
    var second = open(LONG);
    long token = granted(first, "a");
    assertThat(token).isPositive();
    assertThat(claim(second, "a"))
        .isInstanceOfSatisfying(
            Answer.Waiting.class,
            waiting -> {
              assertThat(waiting.ahead()).isEqualTo(1);
              assertThat(waiting.lookAgain()).isBetween(LONG.minusSeconds(30), LONG.plusSeconds(2));
            });
    engine.release(first, List.of(name("a")));
    assertThat(granted(second, "a")).isGreaterThan(token);
  }

  @Test
  void shouldAnswerARepeatedClaimTheSame() {
    var lease = open(LONG);
    long token = granted(lease, "a");
    assertThat(granted(lease, "a")).isEqualTo(token);
    assertThat(granted(lease, "a", Mode.shared())).isEqualTo(token);
    assertThat(engine.list(name("a"))).hasSize(1);
    var second = open(LONG);
    assertWaits(second, "a", Mode.exclusive(), 1);
    assertWaits(second, "a", Mode.exclusive(), 1);
    assertThat(engine.list(name("a"))).hasSize(2);
  }

  @Test
  void shouldLeaveNothingOfAClaimThatDoesNotWait() {
    var first = open(LONG);
    long token = granted(first, "a");
    var second = open(LONG);
    var answers = engine.claim(second, List.of(Claim.exclusive(name("a"))), false);
    assertThat(answers.getFirst()).isInstanceOf(Answer.Waiting.class);
    assertThat(engine.list(name("a"))).hasSize(1);
    engine.release(first, List.of(name("a")));
    assertThat(granted(open(LONG), "a")).isGreaterThan(token);
  }

  @Test
  void shouldServeInTheOrderOfAsking() {
    var holder = open(LONG);
    granted(holder, "a");
    var waiters = List.of(open(LONG), open(LONG), open(LONG));
    for (int i = 0; i < 3; i++) {
      assertWaits(waiters.get(i), "a", Mode.exclusive(), i + 1);
    }
    engine.close(holder);
    assertWaits(waiters.get(2), "a", Mode.exclusive(), 2);
    granted(waiters.get(0), "a");
    engine.close(waiters.get(1));
    engine.close(waiters.get(0));
    granted(waiters.get(2), "a");
  }

  @Test
  void shouldShareAmongReadersAndNotPassAWriterWhoWaits() {
    var readers = List.of(open(LONG), open(LONG), open(LONG));
    var writer = open(LONG);
    granted(readers.get(0), "a", Mode.shared());
    granted(readers.get(1), "a", Mode.shared());
    assertWaits(writer, "a", Mode.exclusive(), 2);
    assertWaits(readers.get(2), "a", Mode.shared(), 3);
    engine.close(readers.get(0));
    assertWaits(writer, "a", Mode.exclusive(), 1);
    engine.close(readers.get(1));
    granted(writer, "a");
    assertWaits(readers.get(2), "a", Mode.shared(), 1);
    engine.close(writer);
    granted(readers.get(2), "a", Mode.shared());
  }

  @Test
  void shouldHandOutNoMorePermitsThanThereAre() {
    var leases = List.of(open(LONG), open(LONG), open(LONG), open(LONG));
    granted(leases.get(0), "a", Mode.permits(2, 3));
    granted(leases.get(1), "a", Mode.permits(1, 3));
    assertWaits(leases.get(2), "a", Mode.permits(2, 3), 2);
    assertWaits(leases.get(3), "a", Mode.permits(1, 3), 3);
    engine.close(leases.get(1));
    assertWaits(leases.get(3), "a", Mode.permits(1, 3), 2);
    engine.close(leases.get(0));
    granted(leases.get(2), "a", Mode.permits(2, 3));
    granted(leases.get(3), "a", Mode.permits(1, 3));
  }

  @Test
  void shouldLetModesOfDifferentKindsExcludeEachOther() {
    granted(open(LONG), "a", Mode.permits(1, 3));
    assertWaits(open(LONG), "a", Mode.permits(1, 4), 1);
    granted(open(LONG), "b", Mode.shared());
    assertWaits(open(LONG), "b", Mode.permits(1, 4), 1);
  }

  @Test
  void shouldClaimManyNamesAtOnceEachForItself() {
    granted(open(LONG), "b");
    var lease = open(LONG);
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
    var opened = engine.openAndClaim(lease, "me", LONG, List.of(Claim.exclusive(name("a"))), false);
    assertThat(opened.ttl()).isGreaterThanOrEqualTo(LONG);
    assertThat(opened.answers().getFirst()).isInstanceOf(Answer.Granted.class);
    var again = engine.openAndClaim(lease, "me", LONG, List.of(Claim.exclusive(name("a"))), false);
    assertThat(again.answers()).isEqualTo(opened.answers());
    assertThat(engine.renew(lease)).isTrue();
  }

  @Test
  void shouldForgetALeaseThatIsNotRenewed() {
    var lease = open(shortTtl());
    long token = granted(lease, "a");
    var waiter = open(LONG);
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
    var waiter = open(LONG);
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
    var closed = open(LONG);
    granted(closed, "a");
    engine.close(closed);
    assertThat(engine.renew(closed)).isFalse();
    assertThatThrownBy(() -> claim(closed, "a")).isInstanceOf(LeaseLost.class);
    assertThat(engine.list(prefix)).isEmpty();
  }

  @Test
  void shouldListWhatIsHeldAndWhatWaits() {
    var holder = open(LONG);
    engine.claim(holder, List.of(new Claim(name("b"), Mode.permits(2, 2), "weight=3")), true);
    var waiter = open(LONG);
    assertWaits(waiter, "b", Mode.permits(1, 2), 1);
    granted(waiter, "a", Mode.shared());
    assertThat(engine.list(prefix))
        .extracting(Holding::name, Holding::isHeld, Holding::mode, Holding::note, Holding::lease)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(name("a"), true, Mode.shared(), "", waiter),
            org.assertj.core.groups.Tuple.tuple(
                name("b"), true, Mode.permits(2, 2), "weight=3", holder),
            org.assertj.core.groups.Tuple.tuple(name("b"), false, Mode.permits(1, 2), "", waiter));
    assertThat(engine.list(prefix))
        .allSatisfy(
            holding -> {
              assertThat(holding.owner()).isEqualTo("owner");
              assertThat(holding.ttl()).isGreaterThanOrEqualTo(LONG);
              assertThat(holding.remaining()).isBetween(Duration.ofMinutes(9), LONG.plusSeconds(2));
            });
    engine.claim(holder, List.of(new Claim(name("b"), Mode.permits(2, 2), "weight=4")), true);
    assertThat(engine.list(name("b")).getFirst().note()).isEqualTo("weight=4");
  }

  @Test
  void shouldBreakALockWithAllThatItsLeasesHold() {
    var holder = open(LONG);
    granted(holder, "a");
    granted(holder, "b");
    var waiter = open(LONG);
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
    var lease = open(LONG);
    for (String odd : names) {
      granted(lease, odd);
    }
    assertThat(engine.list(prefix)).hasSize(names.size());
    for (String odd : names) {
      assertThat(engine.list(name(odd)))
          .as(odd)
          .anySatisfy(holding -> assertThat(holding.name()).isEqualTo(name(odd)));
      assertThat(claim(open(LONG), odd)).isInstanceOf(Answer.Waiting.class);
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
    var holder = open(LONG);
    granted(holder, "a");
    var first = LeaseId.of(waitersClient, RANDOM);
    var second = LeaseId.of(waitersClient, RANDOM);
    for (var waiter : List.of(first, second)) {
      other.openAndClaim(waiter, "w", LONG, List.of(Claim.exclusive(name("a"))), true);
    }
    engine.release(holder, List.of(name("a")));
    await().atMost(Duration.ofSeconds(5)).until(() -> woken.contains(first));
    assertThat(woken).doesNotContain(second);
    engine.wake(List.of(second));
    await().atMost(Duration.ofSeconds(5)).until(() -> woken.contains(second));
    woken.clear();
    other.claim(first, List.of(Claim.exclusive(name("a"))), true);
    engine.breakLock(name("a"));
    await().atMost(Duration.ofSeconds(5)).until(() -> woken.containsAll(List.of(first, second)));
  }

  @Test
  void shouldBehaveAsTheModelDoes() {
    var seed = RANDOM.nextLong();
    var random = new Random(seed);
    var model = new LockTable();
    var leases = new ArrayList<LeaseId>();
    for (int i = 0; i < 5; i++) {
      leases.add(LeaseId.of(client, random));
    }
    for (int step = 0; step < 300; step++) {
      var lease = leases.get(random.nextInt(leases.size()));
      var claims = List.of(claim(random), claim(random)).stream().distinct().toList();
      if (claims.size() == 2 && claims.get(0).name().equals(claims.get(1).name())) {
        claims = List.of(claims.getFirst());
      }
      boolean wait = random.nextBoolean();
      switch (random.nextInt(8)) {
        case 0 -> {
          engine.open(lease, "owner", LONG);
          model.open(lease, "owner", LONG, 0);
        }
        case 1 -> {
          engine.close(lease);
          model.close(lease, 0);
        }
        case 2 -> {
          engine.release(lease, List.of(claims.getFirst().name()));
          model.release(lease, List.of(claims.getFirst().name()), 0);
        }
        case 3 -> {
          engine.breakLock(claims.getFirst().name());
          model.breakLock(claims.getFirst().name(), 0);
        }
        default -> {
          var expected = answers(model, lease, claims, wait);
          assertThat(answers(engine, lease, claims, wait))
              .as("seed %d, step %d: %s", seed, step, claims)
              .isEqualTo(expected);
        }
      }
      assertThat(places(engine.list(prefix)))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(places(model.list(prefix, 0)));
    }
  }

  private Claim claim(Random random) {
    var mode =
        switch (random.nextInt(5)) {
          case 0, 1 -> Mode.exclusive();
          case 2 -> Mode.shared();
          default -> Mode.permits(1 + random.nextInt(2), 3);
        };
    return new Claim(name("m" + random.nextInt(3)), mode, "n" + random.nextInt(3));
  }

  /** Held or how many are ahead: not the tokens, which differ from engine to engine in how much they grow. */
  private static List<String> answers(
      LockEngine engine, LeaseId lease, List<Claim> claims, boolean wait) {
    try {
      return texts(engine.claim(lease, claims, wait));
    } catch (LeaseLost e) {
      return List.of("lost");
    }
  }

  private static List<String> answers(
      LockTable model, LeaseId lease, List<Claim> claims, boolean wait) {
    try {
      return texts(model.claim(lease, claims, wait, 0));
    } catch (LeaseLost e) {
      return List.of("lost");
    }
  }

  private static List<String> texts(List<Answer> answers) {
    return answers.stream()
        .map(
            answer ->
                switch (answer) {
                  case Answer.Granted _ -> "held";
                  case Answer.Waiting waiting -> "behind " + waiting.ahead();
                })
        .toList();
  }

  private static List<String> places(List<Holding> holdings) {
    return holdings.stream()
        .map(
            holding ->
                "%s %s %s %s %s"
                    .formatted(
                        holding.name(),
                        holding.isHeld(),
                        holding.mode().text(),
                        holding.note(),
                        holding.lease()))
        .toList();
  }
}
