package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ballast.balancing.Preferred.Role;
import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import dev.ballast.model.RequestPart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveWeightsTest {
  private static final int PICKS = 200_000;
  private static final Algorithm WEIGHTED = new Algorithm.WeightedRoundRobin();
  private static final Loads IDLE = Loads.IDLE;

  private static int[] whole(int count) {
    var percents = new int[count];
    Arrays.fill(percents, 100);
    return percents;
  }

  @Test
  void shouldBeTheWeightsWhileAllGetAllOfThem() {
    var effective =
        EffectiveWeights.of(
            WEIGHTED, new int[] {3, 1, 256}, whole(3), Collections.nCopies(3, Role.ALIKE), 1);

    assertThat(effective.weights()).containsExactly(3, 1, 256);
    assertThat(effective.keyPercents()).isEmpty();
  }

  @Test
  void shouldWeighAllAlikeWhereWeightsDoNotCount() {
    var plain =
        EffectiveWeights.of(
            new Algorithm.RoundRobin(),
            new int[] {3, 1},
            whole(2),
            Collections.nCopies(2, Role.ALIKE),
            1);
    var starting =
        EffectiveWeights.of(
            new Algorithm.RoundRobin(),
            new int[] {3, 1},
            new int[] {100, 37},
            Collections.nCopies(2, Role.ALIKE),
            1);

    assertThat(plain.algorithm()).isEqualTo(new Algorithm.RoundRobin());
    assertThat(starting.algorithm()).isEqualTo(WEIGHTED);
    assertThat(starting.weights()).containsExactly(100, 37);
  }

  @Test
  void shouldBeAPartOfTheWeightWhileOneStarts() {
    var effective =
        EffectiveWeights.of(
            WEIGHTED, new int[] {3, 1}, new int[] {100, 37}, Collections.nCopies(2, Role.ALIKE), 1);

    assertThat(effective.weights()).containsExactly(300, 37);
    assertThat(effective.keyPercents()).containsExactly(100, 37);
  }

  /** Whatever the weights, and also if one stands against thousands. */
  @Test
  void shouldGiveTheOwnZoneItsShareByWeights() {
    var random = new Random(7);
    for (int trial = 0; trial < 500; trial++) {
      int size = trial % 50 == 0 ? 20_000 : 2 + random.nextInt(30);
      int own = 1 + random.nextInt(Math.min(10, size - 1));
      int[] weights = random.ints(size, 1, 257).toArray();
      int[] percents = whole(size);
      percents[random.nextInt(size)] = 10;
      List<Role> roles = roles(own, size);
      double share = 0.01 + 0.98 * random.nextDouble();

      int[] effective = EffectiveWeights.of(WEIGHTED, weights, percents, roles, share).weights();

      double sum = Arrays.stream(effective).asLongStream().sum();
      double ofOwn = Arrays.stream(effective, 0, own).asLongStream().sum();
      assertThat(ofOwn / sum).as("trial %d", trial).isCloseTo(share, within(0.02 * share));
      assertThat(sum).isLessThanOrEqualTo(Integer.MAX_VALUE);
      assertThat(Arrays.stream(effective)).allMatch(weight -> weight > 0 && weight <= 1_000_000);
    }
  }

  private static List<Role> roles(int own, int size) {
    var roles = new ArrayList<Role>(Collections.nCopies(size, Role.OTHER_ZONE));
    Collections.fill(roles.subList(0, own), Role.OWN_ZONE);
    return roles;
  }

  /** What every algorithm makes of it: as much stays as shall, and each side keeps to its weights. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void shouldMakeEveryAlgorithmKeepTheShare(double share) {
    int[] weights = {1, 2, 3, 1, 1, 1, 4};
    List<Role> roles = roles(3, weights.length);
    var effective = EffectiveWeights.of(WEIGHTED, weights, whole(weights.length), roles, share);
    List<Member> members =
        IntStream.range(0, weights.length)
            .mapToObj(i -> new Member("b" + i, effective.weights()[i]))
            .toList();
    for (Algorithm algorithm :
        List.of(
            new Algorithm.WeightedRoundRobin(),
            new Algorithm.WeightedRandom(),
            new Algorithm.PowerOfTwoChoices(2))) {
      int[] counts = counts(Balancers.build(algorithm, members, 1), weights.length);
      assertThat(counts[0] + counts[1] + counts[2])
          .as("%s", algorithm)
          .isCloseTo((int) (share * PICKS), within(PICKS / 100));
      assertThat((double) counts[2] / counts[0]).isCloseTo(3, within(0.3));
      assertThat((double) counts[6] / counts[3]).isCloseTo(4, within(0.4));
    }
  }

  private static int[] counts(Balancer balancer, int size) {
    var counts = new int[size];
    for (int key = 0; key < PICKS; key++) {
      counts[balancer.pick(key, Tried.NONE, IDLE)]++;
    }
    return counts;
  }

  /** As the zone fails, more and more keys leave it, always the same first; the others stay where they are. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7})
  void shouldLetMoreAndMoreKeysSpillOver(int own) {
    int size = 8;
    var how =
        new Algorithm.Hash(RequestPart.ADDRESS, new KeyTable.Maglev(KeyTable.Maglev.DEFAULT), 0);
    List<Member> members = IntStream.range(0, size).mapToObj(i -> new Member("b" + i, 1)).toList();
    Placement placement = Placement.of(how, members, 3);
    int[] places = IntStream.range(0, size).toArray();
    int[] before = null;
    for (int percent = 90; percent > 0; percent -= 10) {
      double share = percent / 100.0;
      int[] keys =
          EffectiveWeights.of(WEIGHTED, whole(size), whole(size), roles(own, size), share)
              .keyPercents();
      Balancer balancer = placement.balancer(how, places, keys);
      int[] now =
          IntStream.range(0, PICKS)
              .map(key -> balancer.pick(Draw.mix(key), Tried.NONE, IDLE))
              .toArray();

      assertThat((double) IntStream.of(now).filter(owner -> owner < own).count() / PICKS)
          .as("%d of %d in the own zone, %d %%", own, size, percent)
          .isCloseTo(share, within(0.03));
      if (before != null) {
        int[] then = before;
        assertThat(
                IntStream.range(0, PICKS).filter(key -> then[key] >= own && now[key] < own).count())
            .as("keys that came back")
            .isZero();
      }
      before = now;
    }
  }
}
