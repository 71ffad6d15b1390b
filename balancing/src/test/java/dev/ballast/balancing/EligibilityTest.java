package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EligibilityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant LONG_AGO = NOW.minus(Duration.ofHours(1));
  private static final Candidate HEALTHY = candidate(Verdict.HEALTHY);
  private static final Candidate UNKNOWN = candidate(Verdict.UNKNOWN);
  private static final Candidate UNHEALTHY = candidate(Verdict.UNHEALTHY);

  static Stream<Arguments> pools() {
    Candidate young = appeared(UNKNOWN, NOW.minusSeconds(9));
    Candidate ripe = appeared(UNKNOWN, NOW.minusSeconds(10));
    Candidate disabled = state(HEALTHY, AdminState.DISABLED);
    Candidate draining = state(HEALTHY, AdminState.DRAINING);
    return Stream.of(
        row("a healthy backend", true, "+", HEALTHY),
        row("an unhealthy backend among healthy ones", true, "++-", HEALTHY, HEALTHY, UNHEALTHY),
        row("draining takes nothing new", true, "+-", HEALTHY, draining),
        row("disabled takes nothing", true, "+-", HEALTHY, disabled),
        row("weight 0 takes nothing", true, "+-", HEALTHY, weight(HEALTHY, 0)),
        row(
            "ejected takes nothing while others serve",
            true,
            "+-+",
            HEALTHY,
            ejected(HEALTHY),
            HEALTHY),
        row("an unresolved name takes nothing", true, "+-", HEALTHY, unresolved(HEALTHY)),
        row("unknown counts without a health check", false, "+++", UNKNOWN, young, HEALTHY),
        row("a new unknown waits while others are healthy", true, "+-+", HEALTHY, young, HEALTHY),
        row("an unknown counts after 10 s", true, "++", HEALTHY, ripe),
        row("unknown counts when nobody is healthy", true, "++", young, UNKNOWN),
        row(
            "a healthy backend that drains does not hold back the unknown",
            true,
            "-+",
            draining,
            young),
        row(
            "unhealthy stays out without a health check",
            false,
            "++-",
            UNKNOWN,
            UNKNOWN,
            UNHEALTHY),
        row(
            "panic takes all that could serve",
            true,
            "!++++",
            HEALTHY,
            UNHEALTHY,
            UNHEALTHY,
            UNHEALTHY),
        row("all unhealthy is panic", true, "!++", UNHEALTHY, UNHEALTHY),
        row(
            "panic leaves draining, disabled, weight 0 and unresolved alone",
            true,
            "!+++----",
            HEALTHY,
            UNHEALTHY,
            UNHEALTHY,
            draining,
            disabled,
            weight(UNHEALTHY, 0),
            unresolved(UNHEALTHY)),
        row("panic takes the ejected", true, "!++", ejected(HEALTHY), ejected(HEALTHY)),
        row("half eligible is not yet panic", true, "+-", HEALTHY, UNHEALTHY),
        row(
            "those that cannot serve do not count towards panic",
            true,
            "+--",
            HEALTHY,
            draining,
            disabled),
        row("nobody at all", true, ""));
  }

  /** {@code expected}: a leading "!" is panic; then for each backend "+" may be picked, "-" may not. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("pools")
  void shouldKnowWhoMayBePicked(
      String description, boolean hasHealthCheck, String expected, List<Candidate> pool) {
    Eligibility eligibility = Eligibility.evaluate(pool, hasHealthCheck, 50, NOW);

    boolean isPanic = expected.startsWith("!");
    String flags = isPanic ? expected.substring(1) : expected;
    assertThat(eligibility.isPanic()).as("panic").isEqualTo(isPanic);
    assertThat(pickable(eligibility)).isEqualTo(flags);
  }

  @Test
  void shouldNeverPanicAtThresholdZero() {
    Eligibility eligibility = Eligibility.evaluate(List.of(UNHEALTHY, UNHEALTHY), true, 0, NOW);

    assertThat(eligibility.isPanic()).isFalse();
    assertThat(pickable(eligibility)).isEqualTo("--");
  }

  @Test
  void shouldApplyTheStricterOfSpecificationAndOverride() {
    Candidate drainedByHand = override(HEALTHY, AdminState.DRAINING, null);
    Candidate disabledDespiteMilderOverride =
        override(state(HEALTHY, AdminState.DISABLED), AdminState.DRAINING, null);

    Eligibility eligibility =
        Eligibility.evaluate(List.of(drainedByHand, disabledDespiteMilderOverride), true, 50, NOW);

    assertThat(eligibility.standings()).containsExactly(Standing.DRAINING, Standing.DISABLED);
  }

  @Test
  void shouldForgetAnOverrideWhenItEnds() {
    List<Candidate> pool = List.of(override(HEALTHY, AdminState.DISABLED, NOW.plusSeconds(30)));

    Eligibility before = Eligibility.evaluate(pool, true, 50, NOW);
    Eligibility after = Eligibility.evaluate(pool, true, 50, before.nextChange().orElseThrow());

    assertThat(before.isEligible(0)).isFalse();
    assertThat(before.nextChange()).contains(NOW.plusSeconds(30));
    assertThat(after.isEligible(0)).isTrue();
    assertThat(after.nextChange()).isEmpty();
  }

  @Test
  void shouldSayWhenTheGraceOfANewBackendEnds() {
    List<Candidate> pool =
        List.of(
            HEALTHY,
            HEALTHY,
            appeared(UNKNOWN, NOW.minusSeconds(4)),
            override(HEALTHY, AdminState.DRAINING, NOW.plusSeconds(60)));

    Eligibility before = Eligibility.evaluate(pool, true, 50, NOW);

    assertThat(before.nextChange()).contains(NOW.plusSeconds(6));
    assertThat(Eligibility.evaluate(pool, true, 50, NOW.plusSeconds(6)).isEligible(2)).isTrue();
  }

  @Test
  void shouldGiveTheReasonAlsoInPanic() {
    Eligibility eligibility =
        Eligibility.evaluate(
            List.of(UNHEALTHY, state(HEALTHY, AdminState.DRAINING)), true, 50, NOW);

    assertThat(eligibility.reason(0)).isEqualTo("panic, though unhealthy");
    assertThat(eligibility.reason(1)).isEqualTo("draining");
  }

  @Test
  void shouldSayWhyAndUntilWhenABackendIsEjected() {
    List<Candidate> pool = List.of(HEALTHY, ejected(HEALTHY));

    Eligibility before = Eligibility.evaluate(pool, true, 50, NOW);
    Eligibility after = Eligibility.evaluate(pool, true, 50, NOW.plusSeconds(30));

    assertThat(before.reason(1))
        .isEqualTo("ejected for 5 failures in a row, until 2026-03-01T12:00:30Z");
    assertThat(before.nextChange()).contains(NOW.plusSeconds(30));
    assertThat(after.isEligible(1)).isTrue();
    assertThat(after.reason(1)).isEqualTo("healthy");
  }

  @Test
  void shouldNotDependOnTheOrderOfTheCandidates() {
    var random = new Random(11);
    for (int round = 0; round < 300; round++) {
      List<Candidate> pool =
          Stream.generate(() -> random(random)).limit(1 + random.nextInt(12)).toList();
      Eligibility expected = Eligibility.evaluate(pool, true, 50, NOW);
      var order = new ArrayList<Integer>();
      for (int i = 0; i < pool.size(); i++) {
        order.add(i);
      }
      Collections.shuffle(order, random);

      Eligibility shuffled =
          Eligibility.evaluate(order.stream().map(pool::get).toList(), true, 50, NOW);

      assertThat(shuffled.isPanic()).isEqualTo(expected.isPanic());
      assertThat(shuffled.nextChange()).isEqualTo(expected.nextChange());
      assertThat(shuffled.standings())
          .isEqualTo(order.stream().map(expected.standings()::get).toList());
    }
  }

  @Test
  void shouldNotChangeBeforeTheTimeItNames() {
    var random = new Random(12);
    for (int round = 0; round < 300; round++) {
      List<Candidate> pool =
          Stream.generate(() -> random(random)).limit(1 + random.nextInt(6)).toList();
      Eligibility now = Eligibility.evaluate(pool, true, 50, NOW);
      Instant justBefore =
          now.nextChange().map(due -> due.minusMillis(1)).orElse(NOW.plus(Duration.ofDays(365)));

      assertThat(Eligibility.evaluate(pool, true, 50, justBefore).standings())
          .isEqualTo(now.standings());
    }
  }

  private static Candidate random(Random random) {
    Candidate candidate =
        new Candidate(
            random.nextInt(3),
            oneOf(random, AdminState.values()),
            null,
            oneOf(random, Verdict.values()),
            NOW.minusSeconds(random.nextInt(20)),
            random.nextInt(4) == 0 ? new Ejection("test", NOW.plusSeconds(7)) : null,
            random.nextInt(6) != 0);
    return random.nextInt(3) == 0
        ? override(candidate, AdminState.DRAINING, NOW.plusSeconds(random.nextInt(20) - 5))
        : candidate;
  }

  private static <T> T oneOf(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  private static Arguments row(
      String description, boolean hasHealthCheck, String expected, Candidate... pool) {
    return Arguments.of(description, hasHealthCheck, expected, List.of(pool));
  }

  private static String pickable(Eligibility eligibility) {
    var flags = new StringBuilder();
    for (int i = 0; i < eligibility.standings().size(); i++) {
      flags.append(eligibility.isEligible(i) ? '+' : '-');
    }
    return flags.toString();
  }

  private static Candidate candidate(Verdict verdict) {
    return new Candidate(1, AdminState.ENABLED, null, verdict, LONG_AGO, null, true);
  }

  private static Candidate appeared(Candidate c, Instant appeared) {
    return new Candidate(
        c.weight(),
        c.adminState(),
        c.override(),
        c.verdict(),
        appeared,
        c.ejection(),
        c.isAddressKnown());
  }

  private static Candidate state(Candidate c, AdminState state) {
    return new Candidate(
        c.weight(),
        state,
        c.override(),
        c.verdict(),
        c.appeared(),
        c.ejection(),
        c.isAddressKnown());
  }

  private static Candidate weight(Candidate c, int weight) {
    return new Candidate(
        weight,
        c.adminState(),
        c.override(),
        c.verdict(),
        c.appeared(),
        c.ejection(),
        c.isAddressKnown());
  }

  private static Candidate ejected(Candidate c) {
    return new Candidate(
        c.weight(),
        c.adminState(),
        c.override(),
        c.verdict(),
        c.appeared(),
        new Ejection("5 failures in a row", NOW.plusSeconds(30)),
        c.isAddressKnown());
  }

  private static Candidate unresolved(Candidate c) {
    return new Candidate(
        c.weight(), c.adminState(), c.override(), c.verdict(), c.appeared(), c.ejection(), false);
  }

  private static Candidate override(Candidate c, AdminState state, Instant until) {
    var override =
        new AdminOverride(
            ItemKey.backend("web", "b1"),
            state,
            "anna",
            "test",
            LONG_AGO,
            Optional.ofNullable(until));
    return new Candidate(
        c.weight(),
        c.adminState(),
        override,
        c.verdict(),
        c.appeared(),
        c.ejection(),
        c.isAddressKnown());
  }
}
