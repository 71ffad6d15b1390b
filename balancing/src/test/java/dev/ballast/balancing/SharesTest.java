package dev.ballast.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Algorithm;
import dev.ballast.model.KeyTable;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fairness: what each member gets of many picks, against its share of the weights, or an even one where weights don't count. Each algorithm has
 * the error that it is stated to have.
 */
class SharesTest {
  private static final int PICKS = 200_000;

  /** Of a normal distribution, once in 3.5 million. */
  private static final double SIGMAS = 5.1;

  private static final Set<String> ALIKE = Set.of("round-robin", "random", "least-connections");
  private static final Set<String> IN_TURN =
      Set.of(
          "round-robin", "weighted-round-robin", "least-connections", "weighted-least-connections");

  private static final Loads IDLE =
      new Loads() {
        @Override
        public int inFlight(int index) {
          return 0;
        }

        @Override
        public long total() {
          return Integer.MAX_VALUE;
        }
      };

  static Stream<Algorithm> algorithms() {
    return EveryAlgorithm.all();
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void shouldGiveEachItsShareOfIdlePools(Algorithm algorithm) {
    for (long seed = 1; seed <= 4; seed++) {
      var random = new Random(seed);
      List<Member> members = EveryAlgorithm.pool(2 + random.nextInt(30), random);
      double sum = members.stream().mapToDouble(member -> worth(algorithm, member)).sum();
      if (sum > 0) {
        int[] picks = picks(algorithm, members, random.nextLong());
        for (int i = 0; i < picks.length; i++) {
          double share = worth(algorithm, members.get(i)) / sum;
          assertThat((double) picks[i])
              .as("seed %s, %s", seed, members.get(i))
              .isBetween(
                  PICKS * share - error(algorithm, share, members, i),
                  PICKS * share + error(algorithm, share, members, i));
        }
      }
    }
  }

  private static int worth(Algorithm algorithm, Member member) {
    return ALIKE.contains(algorithm.type())
        ? Math.min(1, member.effectiveWeight())
        : member.effectiveWeight();
  }

  /** Exchanges end at once. */
  private static int[] picks(Algorithm algorithm, List<Member> members, long start) {
    Balancer balancer = Balancers.build(algorithm, members, start).forLoop(IDLE, start);
    int[] picks = new int[members.size()];
    for (long i = 0; i < PICKS; i++) {
      long key = algorithm instanceof Algorithm.Hash ? Draw.mix(start + i) : start + i;
      int index = balancer.pick(key, Tried.NONE, IDLE);
      picks[index]++;
      balancer.began(index);
      balancer.finished(index, 1, Outcome.ANSWERED);
    }
    return picks;
  }

  /** In picks: those in turn are a few off, those at random as chance has it, and tables have besides what their entries or points can't tell apart. */
  private static double error(Algorithm algorithm, double share, List<Member> members, int index) {
    double chance = SIGMAS * Math.sqrt(PICKS * share * (1 - share));
    if (IN_TURN.contains(algorithm.type())) {
      return 5;
    }
    return algorithm instanceof Algorithm.Hash hash
        ? chance + PICKS * errorOf(hash.over(), share, members, index)
        : chance;
  }

  private static double errorOf(KeyTable table, double share, List<Member> members, int index) {
    return switch (table) {
      // An entry more or less, or two where weights are unequal.
      case KeyTable.Maglev(int size) -> 2.0 / size;
      // The arcs of points are exponentially distributed: their sum's deviation is its mean over
      // √points, less what it has itself of the ring.
      case KeyTable.RingHash(int points) -> {
        int heaviest = members.stream().mapToInt(Member::effectiveWeight).max().orElseThrow();
        double own =
            Math.max(1.0, (double) points * members.get(index).effectiveWeight() / heaviest);
        yield members.get(index).effectiveWeight() == 0
            ? 0
            : SIGMAS * share / Math.sqrt(own) + 1.0 / points;
      }
      case KeyTable.Rendezvous() -> 0;
    };
  }
}
