package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.Algorithm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of both round robins, over many seeded lists of members. */
class RoundRobinTest {
  private static final Loads NO_LOADS = Loads.IDLE;
  private static final Algorithm PLAIN = new Algorithm.RoundRobin();
  private static final Algorithm WEIGHTED = new Algorithm.WeightedRoundRobin();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldBeExactOverEachCycleWhereverItBegins(long seed) {
    var random = new Random(seed);
    assertExact(randomMembers(random), random.nextLong(), seed);
    assertExact(heavyMembers(random), random.nextLong(), seed);
  }

  private static void assertExact(List<Member> members, long start, long seed) {
    int total = members.stream().mapToInt(Member::effectiveWeight).sum();

    int[] picks = picks(Balancers.build(WEIGHTED, members, 0), members.size(), start, total);

    assertThat(picks).as("seed %s", seed).isEqualTo(weights(members));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldStayNearItsShareWithinACycle(long seed) {
    var random = new Random(seed);
    assertNearShares(randomMembers(random), random.nextLong(), seed, 5);
    assertNearShares(heavyMembers(random), random.nextLong(), seed, 7);
  }

  private static void assertNearShares(List<Member> members, long start, long seed, int turns) {
    int total = members.stream().mapToInt(Member::effectiveWeight).sum();
    Balancer balancer = Balancers.build(WEIGHTED, members, 0);

    for (int stretch = 1; stretch < total; stretch += 1 + total / 50) {
      int[] picks = picks(balancer, members.size(), start, stretch);
      for (int i = 0; i < picks.length; i++) {
        double share = (double) stretch * members.get(i).effectiveWeight() / total;
        assertThat(picks[i])
            .as("seed %s, %s keys", seed, stretch)
            .isBetween((int) (share - turns), (int) (share + turns));
      }
    }
  }

  @Test
  void shouldTreatEqualWeightsAsOneEach() {
    List<Member> members = List.of(new Member("a", 70), new Member("b", 70), new Member("c", 70));

    int[] picks = picks(Balancers.build(WEIGHTED, members, 0), 3, 12_345, 3);

    assertThat(picks).containsExactly(1, 1, 1);
  }

  /** Also where the cycle is too long to be written out. */
  @ParameterizedTest
  @ValueSource(ints = {1, 997})
  void shouldNotLetTheTurnsOfAHeavyMemberClump(int times) {
    List<Member> members =
        List.of(
            new Member("a", 30 * times),
            new Member("b", 80 * times + (times > 1 ? 1 : 0)),
            new Member("c", 21 * times));
    Balancer balancer = Balancers.build(WEIGHTED, members, 0);

    int longestRun =
        longestRunOf(
            1, IntStream.range(0, 600).map(key -> balancer.pick(key, Tried.NONE, NO_LOADS)));

    assertThat(longestRun).isLessThanOrEqualTo(3);
  }

  @Test
  void shouldIgnoreWeightsButNotZeroInPlainRoundRobin() {
    List<Member> members = List.of(new Member("a", 9), new Member("b", 0), new Member("c", 1));

    int[] picks = picks(Balancers.build(PLAIN, members, 0), 3, -7, 1_000);

    assertThat(picks).containsExactly(500, 0, 500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"round-robin", "weighted-round-robin"})
  void shouldPickEachUntriedMemberOnceAndThenNone(String type) {
    Algorithm algorithm = Algorithm.of(type).orElseThrow();
    var random = new Random(42);
    for (int round = 0; round < 50; round++) {
      List<Member> members = randomMembers(random);
      Balancer balancer = Balancers.build(algorithm, members, 0);
      Tried tried = Tried.upTo(members.size());
      long key = random.nextLong();
      var picked = new ArrayList<Integer>();
      for (int index = balancer.pick(key, tried, NO_LOADS);
          index != Balancer.NONE;
          index = balancer.pick(key, tried, NO_LOADS)) {
        picked.add(index);
        tried.add(index);
      }
      int[] positive =
          IntStream.range(0, members.size())
              .filter(i -> members.get(i).effectiveWeight() > 0)
              .toArray();
      assertThat(picked)
          .containsExactlyInAnyOrderElementsOf(IntStream.of(positive).boxed().toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"round-robin", "weighted-round-robin"})
  void shouldDecideTheSameWhateverTheOrderOfTheInput(String type) {
    Algorithm algorithm = Algorithm.of(type).orElseThrow();
    var random = new Random(7);
    List<Member> members = randomMembers(random);
    List<String> expected = names(algorithm, members);
    for (int round = 0; round < 20; round++) {
      var shuffled = new ArrayList<>(members);
      Collections.shuffle(shuffled, random);
      shuffled.sort(Comparator.comparing(Member::name));
      assertThat(names(algorithm, shuffled)).isEqualTo(expected);
    }
  }

  @Test
  void shouldRefuseMembersOutOfOrderOrTwice() {
    var b = new Member("b", 1);
    assertThatThrownBy(() -> Balancers.build(PLAIN, List.of(b, new Member("a", 1)), 0))
        .hasMessageContaining("ascending order");
    assertThatThrownBy(() -> Balancers.build(PLAIN, List.of(b, b), 0))
        .hasMessageContaining("ascending order");
  }

  @ParameterizedTest
  @ValueSource(strings = {"round-robin", "weighted-round-robin"})
  void shouldPickNobodyFromNobody(String type) {
    Algorithm algorithm = Algorithm.of(type).orElseThrow();

    assertThat(Balancers.build(algorithm, List.of(), 0).pick(1, Tried.NONE, NO_LOADS))
        .isEqualTo(Balancer.NONE);
    assertThat(
            Balancers.build(algorithm, List.of(new Member("a", 0)), 0)
                .pick(1, Tried.NONE, NO_LOADS))
        .isEqualTo(Balancer.NONE);
  }

  private static List<Member> randomMembers(Random random) {
    var byName = new TreeMap<String, Member>();
    int count = 1 + random.nextInt(30);
    for (int i = 0; i < count; i++) {
      String name = "b" + random.nextInt(1_000);
      byName.put(name, new Member(name, random.nextInt(5) == 0 ? 0 : random.nextInt(1_000)));
    }
    byName.put("always", new Member("always", 1 + random.nextInt(10)));
    return List.copyOf(byName.values());
  }

  /** Of weights without a common divisor whose cycle is too long to be written out. */
  private static List<Member> heavyMembers(Random random) {
    var byName = new TreeMap<String, Member>();
    byName.put("a", new Member("a", 9_973));
    byName.put("b", new Member("b", 7_919));
    for (int i = random.nextInt(20); i >= 0; i--) {
      String name = "c" + i;
      byName.put(name, new Member(name, 1 + random.nextInt(2_000)));
    }
    return List.copyOf(byName.values());
  }

  private static int[] weights(List<Member> members) {
    return members.stream().mapToInt(Member::effectiveWeight).toArray();
  }

  private static int[] picks(Balancer balancer, int members, long start, int keys) {
    int[] picks = new int[members];
    for (int i = 0; i < keys; i++) {
      picks[balancer.pick(start + i, Tried.NONE, NO_LOADS)]++;
    }
    return picks;
  }

  private static List<String> names(Algorithm algorithm, List<Member> members) {
    Balancer balancer = Balancers.build(algorithm, members, 0);
    return IntStream.range(0, 500)
        .mapToObj(key -> members.get(balancer.pick(key, Tried.NONE, NO_LOADS)).name())
        .toList();
  }

  private static int longestRunOf(int wanted, IntStream picks) {
    int longest = 0;
    int run = 0;
    for (int pick : picks.toArray()) {
      run = pick == wanted ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
