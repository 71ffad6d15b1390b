package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every engine must do, whatever keeps its leases: all modes, and queues that are served in order. An engine's test
 * extends this, and adds what is its own.
 */
abstract class EngineContract extends LeaseContract {
  private static final Duration LONG = Duration.ofMinutes(10);

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
