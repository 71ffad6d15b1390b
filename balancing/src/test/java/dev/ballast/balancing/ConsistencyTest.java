package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.KeyTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Monotone consistency of the tables, over seeded histories of weighted pools: a change moves no keys but those that it concerns. */
class ConsistencyTest {
  private static final long FLEET_SEED = 42;
  private static final int KEYS = 5_000;
  private static final Loads IDLE = Loads.IDLE;

  static Stream<KeyTable> tables() {
    return EveryAlgorithm.tables();
  }

  /** Of each key the index of the member among all. */
  private static int[] owners(Placement placement, KeyTable table, boolean[] isOut) {
    int[] places =
        IntStream.range(0, isOut.length).map(i -> isOut[i] ? Balancer.NONE : i).toArray();
    return owners(placement.balancer(EveryAlgorithm.hash(table, 0), places, new int[0]));
  }

  private static int[] owners(Balancer balancer) {
    return IntStream.range(0, KEYS)
        .map(key -> balancer.pick(Draw.mix(key), Tried.NONE, IDLE))
        .toArray();
  }

  /** Whoever may not be picked is out of the answers, but not out of the table: that holds for Maglev too, whoever else is out. */
  @ParameterizedTest
  @MethodSource("tables")
  void shouldMoveTheKeysOfThoseWhoAreOutAlone(KeyTable table) {
    for (long seed = 1; seed <= 5; seed++) {
      var random = new Random(seed);
      List<Member> members = EveryAlgorithm.weightedPool(2 + random.nextInt(60), random);
      var placement = Placement.of(EveryAlgorithm.hash(table, 0), members, FLEET_SEED);
      boolean[] isOut = new boolean[members.size()];
      int[] whole = owners(placement, table, isOut);
      for (int event = 0; event < 30; event++) {
        int share = random.nextInt(90);
        IntStream.range(1, isOut.length).forEach(i -> isOut[i] = random.nextInt(100) < share);
        int[] owners = owners(placement, table, isOut);
        for (int key = 0; key < KEYS; key++) {
          assertThat(isOut[owners[key]]).as("seed %s, key %s", seed, key).isFalse();
          assertThat(isOut[whole[key]] || owners[key] == whole[key])
              .as("seed %s, key %s", seed, key)
              .isTrue();
        }
      }
      Arrays.fill(isOut, false);
      assertThat(owners(placement, table, isOut)).isEqualTo(whole);
    }
  }

  /** Members leave one after the other; the heaviest, by whom a ring's points are counted, stays. */
  @ParameterizedTest
  @MethodSource("tables")
  void shouldMoveTheKeysOfThoseWhoLeaveAndFewBesides(KeyTable table) {
    for (long seed = 1; seed <= 5; seed++) {
      var random = new Random(seed);
      var members = new ArrayList<>(EveryAlgorithm.weightedPool(60, random));
      List<String> before = names(table, members);
      for (int left = 0; left < 30; left++) {
        Member leaving = members.remove(1 + random.nextInt(members.size() - 1));
        List<String> after = names(table, members);
        int moved = 0;
        for (int key = 0; key < KEYS; key++) {
          boolean isTheirs = before.get(key).equals(leaving.name());
          moved += !isTheirs && !after.get(key).equals(before.get(key)) ? 1 : 0;
        }
        assertThat(moved)
            .as("seed %s, %s leaves as number %s", seed, leaving, left)
            .isLessThanOrEqualTo(table instanceof KeyTable.Maglev ? KEYS / 10 : 0);
        before = after;
      }
    }
  }

  private static List<String> names(KeyTable table, List<Member> members) {
    Balancer balancer = Balancers.build(EveryAlgorithm.hash(table, 0), members, FLEET_SEED);
    return IntStream.of(owners(balancer)).mapToObj(index -> members.get(index).name()).toList();
  }

  /** More weight takes keys from others and gives none away; exactly so but for Maglev. */
  @ParameterizedTest
  @MethodSource("tables")
  void shouldMoveKeysToTheOneThatGrowsAlone(KeyTable table) {
    var random = new Random(7);
    List<Member> members = EveryAlgorithm.weightedPool(40, random);
    for (int grown = 1; grown < members.size(); grown++) {
      var larger = new ArrayList<>(members);
      Member member = members.get(grown);
      larger.set(grown, new Member(member.name(), Math.min(256, 2 * member.effectiveWeight())));
      List<String> before = names(table, members);
      List<String> after = names(table, larger);
      int elsewhere = 0;
      for (int key = 0; key < KEYS; key++) {
        boolean hasMoved = !after.get(key).equals(before.get(key));
        elsewhere += hasMoved && !after.get(key).equals(member.name()) ? 1 : 0;
      }
      assertThat(elsewhere)
          .as("%s grows", member)
          .isLessThanOrEqualTo(table instanceof KeyTable.Maglev ? KEYS / 10 : 0);
    }
  }
}
