package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a priority group takes back what it has handed over. */
class FailBackTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Rules HALF = new Rules(true, 50, 50, 0, "");

  private @Nullable Eligibility last;

  /** One character for each backend of a group: {@code +} healthy, {@code -} not; answers the priority in use, -1 for all together. */
  private int inUseAt(int second, String... groups) {
    var candidates = new ArrayList<Candidate>();
    for (int priority = 0; priority < groups.length; priority++) {
      for (char state : groups[priority].toCharArray()) {
        candidates.add(candidate(priority, state == '+' ? Verdict.HEALTHY : Verdict.UNHEALTHY));
      }
    }
    last = Eligibility.evaluate(candidates, HALF, last, START.plusSeconds(second));
    return known().preferred().priority().orElse(Group.ALL);
  }

  private Eligibility known() {
    return Objects.requireNonNull(last);
  }

  private static Candidate candidate(int priority, Verdict verdict) {
    return new Candidate(1, AdminState.ENABLED, null, verdict, Instant.EPOCH, null, true)
        .ranked(new Candidate.Rank(priority, "", true));
  }

  @Test
  void shouldHandOverAtOnceAndTakeBackWhenItHasBeenWellForAWhile() {
    assertThat(inUseAt(0, "++", "+")).isZero();
    assertThat(inUseAt(1, "--", "+")).isEqualTo(1);
    assertThat(inUseAt(20, "+-", "+")).isEqualTo(1);
    assertThat(known().nextChange()).contains(START.plusSeconds(30));
    assertThat(known().reason(0))
        .isEqualTo("healthy; spare: priority 1 is in use until 2026-03-01T12:00:30Z");
    assertThat(inUseAt(29, "++", "+")).isEqualTo(1);
    assertThat(inUseAt(30, "++", "+")).isZero();
    assertThat(known().nextChange()).isEmpty();
  }

  @Test
  void shouldBeginToWaitAnewWhenItWasNotWellInBetween() {
    inUseAt(0, "-", "+");
    inUseAt(5, "+", "+");
    inUseAt(14, "-", "+");
    assertThat(inUseAt(15, "+", "+")).isEqualTo(1);
    assertThat(inUseAt(24, "+", "+")).isEqualTo(1);
    assertThat(inUseAt(25, "+", "+")).isZero();
  }

  @Test
  void shouldNotWaitWhereTheGroupInUseHasNoLongerEnough() {
    inUseAt(0, "-", "+");
    assertThat(inUseAt(1, "+", "-")).isZero();

    inUseAt(2, "-", "-", "+");
    assertThat(inUseAt(3, "-", "+", "-")).isEqualTo(1);
  }

  @Test
  void shouldNotWaitWhereAllServedTogetherOrTheGroupIsGone() {
    assertThat(inUseAt(0, "---+", "---+")).isEqualTo(Group.ALL);
    assertThat(inUseAt(1, "--++", "---+")).isZero();

    inUseAt(2, "-", "-", "+");
    assertThat(inUseAt(3, "+", "+")).isZero();
  }

  /** What one group was promised is not another's, whichever of them comes first. */
  @Test
  void shouldHoldEachOfSeveralGroupsToItsOwnWait() {
    inUseAt(0, "-", "-", "+");
    assertThat(inUseAt(1, "-", "+", "+")).isEqualTo(2);
    assertThat(inUseAt(9, "+", "+", "+")).isEqualTo(2);
    assertThat(inUseAt(11, "+", "+", "+")).isEqualTo(2);
    assertThat(known().preferred().returnsAt()).contains(START.plusSeconds(19));
    assertThat(inUseAt(18, "-", "+", "+")).isEqualTo(2);
    assertThat(inUseAt(20, "-", "+", "+")).isEqualTo(2);
    assertThat(inUseAt(28, "-", "+", "+")).isEqualTo(1);
  }

  @Test
  void shouldNotWaitForLongerIfTheClockWasSetBack() {
    inUseAt(1_000, "-", "+");
    inUseAt(1_000, "+", "+");
    assertThat(inUseAt(0, "+", "+")).isEqualTo(1);
    assertThat(known().preferred().returnsAt()).contains(START.plusSeconds(10));
    assertThat(inUseAt(10, "+", "+")).isZero();
  }

  /** A group that hovers around its threshold for an hour, with a verdict every second. */
  @Test
  void shouldMoveTheLoadRarelyHoweverAGroupHovers() {
    var random = new Random(11);
    int moves = 0;
    int without = 0;
    int before = inUseAt(0, "++++", "+");
    int wouldBe = before;
    for (int second = 1; second <= Duration.ofHours(1).toSeconds(); second++) {
      String hovering = random.nextBoolean() ? "++--" : "+---";
      int now = inUseAt(second, hovering, "+");
      moves += now == before ? 0 : 1;
      before = now;
      int alone = hovering.equals("++--") ? 0 : 1;
      without += alone == wouldBe ? 0 : 1;
      wouldBe = alone;
      assertThat(List.of(0, 1)).contains(now);
      assertThat(now == 0 && alone == 1).as("nobody stays with too few").isFalse();
    }
    assertThat(moves).isLessThan(20);
    assertThat(without).isGreaterThan(1_500);
  }
}
