package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Priority groups, zones and subsets: who of those that may be picked is used. */
class PreferredTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Pattern BACKEND = Pattern.compile("([0-9]*)([a-c]?)([0-9]*)([-+dns])");

  /** Panic and fail-over below 50 %, spill-over below 70 %, in zone a. */
  private static final Rules IN_A = new Rules(true, 50, 50, 70, "a");

  static Stream<Arguments> groups() {
    return Stream.of(
        row("the first group while it is well", "0+ 0+ 1+", "##."),
        row("the first group while half of it is well", "0+ 0- 1+", "#-."),
        row("the next group when less than half is well", "0+ 0- 0- 1+", ".--#"),
        row("a group that is all down", "0- 0- 1+ 1+", "--##"),
        row("the third group when two are down", "0- 1- 2+", "--#"),
        row("a group of which nobody could serve is passed over", "0d 1+ 2+", "d#."),
        row("gaps between the priorities", "3- 9+ 15+", "-#."),
        row("panic when no group has enough", "0+ 0- 0- 1+ 1- 1-", "!######"),
        row("a new one of unknown health makes no group smaller", "0+ 0n 0n 1+", "#nn."),
        row("one group alone is as without priorities", "4+ 4+ 4-", "##-"),
        row("one group alone may panic", "4+ 4- 4-", "!###"),
        row("all down is panic", "0- 1-", "!##"),
        row("panic leaves the draining alone", "0- 0d 1-", "!#d#"));
  }

  static Stream<Arguments> zones() {
    return Stream.of(
        row("the own zone while it is well", "a+ a+ b+", "##."),
        row("the own zone while seven of ten are well", "a7+ a3- b+", "#-."),
        row("others too when less is well", "a6+ a4- b+", "o-x"),
        row("others alone when nobody is well", "a- a- b+ c+ c+", "--###"),
        row("by weight: the heavy one is down", "a1+ a3- b+ b+", "o-xx"),
        row("as without zones where nobody stands in the own one", "b+ c+", "##"),
        row("as without zones where nobody of the own one could serve", "ad b+", "d#"),
        row("the own zone alone if no other is well", "a+ a+ a+ a- a- b-", "###---"),
        row("those of no zone are others", "a+ +", "#."),
        row("zones of the group in use only", "0a- 1a+ 1b+", "-#."),
        row("no zone of another group", "0b+ 1a+", "#."),
        row("panic asks everybody, wherever they are", "a+ a- b- b-", "!####"));
  }

  static Stream<Arguments> subsets() {
    return Stream.of(
        row("only those of the subset", "+ s s", "#ss"),
        row("panic within the subset", "- - s s", "!##ss"),
        row("shares of the subset", "0- 0s 1+", "-s#"),
        row("the own zone of the subset", "as b+", "s#"));
  }

  /**
   * {@code pool}: for each backend its priority, or its zone with perhaps a weight, then + healthy, - unhealthy, d draining, n new and unknown,
   * s outside of the subset. {@code expected}: a leading "!" is panic; # picked, o of the own zone, x of another, "." spare, else as in the pool.
   */
  private static Arguments row(String description, String pool, String expected) {
    return Arguments.of(description, pool, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"groups", "zones", "subsets"})
  void shouldKnowWhoIsUsed(String description, String pool, String expected) {
    List<Candidate> candidates = pool(pool);

    Eligibility eligibility = Eligibility.evaluate(candidates, IN_A, NOW);

    assertThat(shown(candidates, eligibility)).isEqualTo(expected);
  }

  @Test
  void shouldUseAllGroupsTogetherWhenNoneHasEnoughShortOfPanic() {
    var strict = new Rules(true, 50, 80, 0, "");
    List<Candidate> candidates = pool("0+ 0- 1+ 1+ 1+ 1-");

    Eligibility eligibility = Eligibility.evaluate(candidates, strict, NOW);

    assertThat(shown(candidates, eligibility)).isEqualTo("#-###-");
    assertThat(eligibility.preferred().priority()).isEmpty();
  }

  @Test
  void shouldNotMindZonesUnlessItIsAskedForAndItsOwnIsKnown() {
    for (Rules rules : List.of(new Rules(true, 50, 50, 70, ""), new Rules(true, 50, 50, 0, "a"))) {
      List<Candidate> candidates = pool("a+ b+");
      assertThat(shown(candidates, Eligibility.evaluate(candidates, rules, NOW))).isEqualTo("##");
    }
  }

  @Test
  void shouldKeepAShareInProportionToWhatIsLeftOfTheZone() {
    assertThat(ownShare("a7+ a3- b9+")).isEqualTo(1);
    assertThat(ownShare("a5+ a5- b9+")).isEqualTo(5 / 7.0);
    assertThat(ownShare("a1+ a9- b9+")).isEqualTo(1 / 7.0);
    assertThat(ownShare("a- b9+")).isZero();
    assertThat(ownShare("b9+ c+")).isEqualTo(1);
  }

  private static double ownShare(String pool) {
    return Eligibility.evaluate(pool(pool), new Rules(true, 10, 50, 70, "a"), NOW)
        .preferred()
        .ownShare();
  }

  @Test
  void shouldGiveTheReason() {
    Eligibility groups = Eligibility.evaluate(pool("0- 1+ 2+"), IN_A, NOW);
    assertThat(groups.reason(0)).isEqualTo("unhealthy");
    assertThat(groups.reason(1)).isEqualTo("healthy");
    assertThat(groups.reason(2)).isEqualTo("healthy; spare: priority 1 is in use");

    Eligibility whole = Eligibility.evaluate(pool("a+ b+"), IN_A, NOW);
    assertThat(whole.reason(1)).isEqualTo("healthy; spare: zone a takes all");

    Eligibility split = Eligibility.evaluate(pool("a5+ a5- b+ b+ s"), IN_A, NOW);
    assertThat(split.reason(0)).isEqualTo("healthy; zone a takes 71 %");
    assertThat(split.reason(2)).isEqualTo("healthy; zone a leaves 29 % to others");
    assertThat(split.reason(4)).isEqualTo("not in the subset of this LB server");
  }

  @Test
  void shouldUseNobodyWhoIsNotEligibleAndSomebodyIfAnybodyIs() {
    var random = new Random(5);
    for (int round = 0; round < 3_000; round++) {
      List<Candidate> candidates = random(random);
      var rules =
          new Rules(
              random.nextBoolean(),
              random.nextInt(101),
              1 + random.nextInt(100),
              random.nextInt(101),
              random.nextInt(4) == 0 ? "" : "a");

      Eligibility eligibility = Eligibility.evaluate(candidates, rules, NOW);

      int picked = 0;
      for (int i = 0; i < candidates.size(); i++) {
        Standing standing = eligibility.standings().get(i);
        boolean isPicked = eligibility.isEligible(i);
        picked += isPicked ? 1 : 0;
        assertThat(!isPicked || standing.isEligible() || eligibility.isPanic()).isTrue();
        assertThat(isPicked && !standing.isEligibleInPanic()).isFalse();
        assertThat(eligibility.isSpare(i)).isEqualTo(standing.isEligible() && !isPicked);
      }
      if (eligibility.standings().stream().anyMatch(Standing::isEligible)) {
        assertThat(picked).as("round %d", round).isPositive();
      }
    }
  }

  /** Whoever has neither priorities nor zones, or asks for none, gets what there was without them. */
  @Test
  void shouldChangeNothingForThoseWhoAreAllAlike() {
    var random = new Random(6);
    for (int round = 0; round < 1_000; round++) {
      List<Candidate> candidates = random(random).stream().map(PreferredTest::alike).toList();
      int panic = random.nextInt(101);
      var rules = new Rules(true, panic, 1 + random.nextInt(100), random.nextInt(101), "a");

      Eligibility eligibility = Eligibility.evaluate(candidates, rules, NOW);

      long serving = count(eligibility, Standing::isEligibleInPanic);
      long eligible = count(eligibility, Standing::isEligible);
      assertThat(eligibility.isPanic()).isEqualTo(eligible * 100 < panic * serving);
      assertThat(eligibility.preferred().roles()).allMatch(Preferred.Role.ALIKE::equals);
      assertThat(eligibility.preferred().isSplit()).isFalse();
    }
  }

  private static long count(Eligibility eligibility, Predicate<Standing> which) {
    return eligibility.standings().stream().filter(which).count();
  }

  private static Candidate alike(Candidate candidate) {
    return candidate.ranked(new Candidate.Rank(0, "", candidate.rank().isInSubset()));
  }

  private static List<Candidate> random(Random random) {
    return Stream.generate(
            () ->
                new Candidate(
                        random.nextInt(257),
                        random.nextInt(8) == 0 ? AdminState.DRAINING : AdminState.ENABLED,
                        null,
                        List.of(Verdict.values()).get(random.nextInt(3)),
                        NOW.minusSeconds(random.nextInt(20)),
                        random.nextInt(9) == 0 ? new Ejection("test", NOW.plusSeconds(7)) : null,
                        random.nextInt(9) != 0)
                    .ranked(
                        new Candidate.Rank(
                            random.nextInt(3),
                            List.of("", "a", "b", "c").get(random.nextInt(4)),
                            random.nextInt(6) != 0)))
        .limit(random.nextInt(20))
        .toList();
  }

  private static List<Candidate> pool(String text) {
    return Pattern.compile(" ").splitAsStream(text).map(PreferredTest::candidate).toList();
  }

  private static Candidate candidate(String text) {
    var parts = BACKEND.matcher(text);
    assertThat(parts.matches()).as(text).isTrue();
    String state = parts.group(4);
    return new Candidate(
            number(parts.group(3), 1),
            state.equals("d") ? AdminState.DRAINING : AdminState.ENABLED,
            null,
            switch (state) {
              case "-" -> Verdict.UNHEALTHY;
              case "n" -> Verdict.UNKNOWN;
              default -> Verdict.HEALTHY;
            },
            NOW,
            null,
            true)
        .ranked(new Candidate.Rank(number(parts.group(1), 0), parts.group(2), !state.equals("s")));
  }

  private static int number(String digits, int otherwise) {
    return digits.isEmpty() ? otherwise : Integer.parseInt(digits);
  }

  private static String shown(List<Candidate> candidates, Eligibility eligibility) {
    var shown = new StringBuilder(eligibility.isPanic() ? "!" : "");
    for (int i = 0; i < candidates.size(); i++) {
      Preferred.Role role = eligibility.preferred().roles().get(i);
      if (eligibility.isEligible(i)) {
        shown.append(
            switch (role) {
              case OWN_ZONE -> 'o';
              case OTHER_ZONE -> 'x';
              case ALIKE -> '#';
              case SPARE, ZONE_SPARE -> '?';
            });
      } else {
        shown.append(eligibility.isSpare(i) ? '.' : state(eligibility.standings().get(i)));
      }
    }
    return shown.toString();
  }

  private static char state(Standing standing) {
    return switch (standing) {
      case DRAINING -> 'd';
      case UNKNOWN_AND_NEW -> 'n';
      case OUTSIDE_SUBSET -> 's';
      default -> '-';
    };
  }
}
