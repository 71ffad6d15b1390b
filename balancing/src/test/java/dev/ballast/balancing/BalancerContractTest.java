package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every algorithm keeps to, over many seeded lists of members. */
class BalancerContractTest {
  private static final Loads NO_LOADS = Loads.IDLE;
  private static final long FLEET_SEED = 42;

  static Stream<Algorithm> algorithms() {
    return Algorithm.all().stream();
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldPickEachUntriedMemberOnceAndThenNone(Algorithm algorithm) {
    var random = new Random(1);
    for (int round = 0; round < 50; round++) {
      List<Member> members = members(random);
      for (Balancer balancer : balancers(algorithm, members)) {
        assertThat(untilNone(balancer, members.size(), random.nextLong()))
            .containsExactlyInAnyOrderElementsOf(positive(members));
      }
    }
  }

  private static List<Integer> untilNone(Balancer balancer, int members, long key) {
    Tried tried = Tried.upTo(members);
    Loads loads = Loads.of(members, index -> index * 7 % 5);
    var picked = new ArrayList<Integer>();
    for (int index = balancer.pick(key, tried, loads);
        index != Balancer.NONE;
        index = balancer.pick(key, tried, loads)) {
      picked.add(index);
      tried.add(index);
    }
    return picked;
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldNeverPickAMemberOfNoWeight(Algorithm algorithm) {
    var random = new Random(2);
    for (int round = 0; round < 50; round++) {
      List<Member> members = members(random);
      Loads loads = Loads.of(members.size(), any -> random.nextInt(3));
      for (Balancer balancer : balancers(algorithm, members)) {
        for (int i = 0; i < 500; i++) {
          int index = balancer.pick(random.nextLong(), Tried.NONE, loads);
          assertThat(members.get(index).effectiveWeight()).isPositive();
          balancer.began(index);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldPickTheOnlyOneAndNobodyFromNobody(Algorithm algorithm) {
    assertThat(pickOne(algorithm, List.of(new Member("a", 3)))).isZero();
    assertThat(pickOne(algorithm, List.of(new Member("a", 0), new Member("b", 256)))).isOne();
    assertThat(pickOne(algorithm, List.of())).isEqualTo(Balancer.NONE);
    assertThat(pickOne(algorithm, List.of(new Member("a", 0)))).isEqualTo(Balancer.NONE);
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldReachEveryoneOfTenThousand(Algorithm algorithm) {
    List<Member> members =
        IntStream.range(10_000, 20_000).mapToObj(i -> new Member("b" + i, 1)).toList();
    for (Balancer balancer : balancers(algorithm, members)) {
      boolean[] isPicked = new boolean[members.size()];
      for (int key = 0; key < 200_000; key++) {
        int index = balancer.pick(key, Tried.NONE, NO_LOADS);
        isPicked[index] = true;
        balancer.began(index);
        balancer.finished(index, 1, Outcome.ANSWERED);
      }
      assertThat(isPicked).doesNotContain(false);
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldDecideByItsArgumentsAlone(Algorithm algorithm) {
    List<Member> members = members(new Random(3));
    Balancer one = Balancers.build(algorithm, members, FLEET_SEED);
    Balancer other = Balancers.build(algorithm, List.copyOf(members), FLEET_SEED);
    for (long key = -500; key < 500; key++) {
      assertThat(one.pick(key, Tried.NONE, NO_LOADS))
          .isEqualTo(other.pick(key, Tried.NONE, NO_LOADS));
    }
  }

  private static int pickOne(Algorithm algorithm, List<Member> members) {
    List<Balancer> balancers = balancers(algorithm, members);
    int index = balancers.getFirst().pick(5, Tried.NONE, NO_LOADS);
    assertThat(balancers.getLast().pick(5, Tried.NONE, NO_LOADS)).isEqualTo(index);
    return index;
  }

  /** The one of all loops, and a loop's. */
  private static List<Balancer> balancers(Algorithm algorithm, List<Member> members) {
    Balancer balancer = Balancers.build(algorithm, members, FLEET_SEED);
    return List.of(balancer, balancer.forLoop(NO_LOADS, 9));
  }

  private static List<Integer> positive(List<Member> members) {
    return IntStream.range(0, members.size())
        .filter(i -> members.get(i).effectiveWeight() > 0)
        .boxed()
        .toList();
  }

  /** 1 to 31 of them, weights 0 to 256, one of them surely above 0. */
  private static List<Member> members(Random random) {
    var byName = new TreeMap<String, Member>();
    int count = random.nextInt(31);
    for (int i = 0; i < count; i++) {
      String name = "b" + random.nextInt(1_000);
      byName.put(name, new Member(name, random.nextInt(5) == 0 ? 0 : random.nextInt(257)));
    }
    byName.put("always", new Member("always", 1 + random.nextInt(10)));
    return List.copyOf(byName.values());
  }
}
